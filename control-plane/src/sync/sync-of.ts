import {
  entryDigest,
  formatEntry,
  type FollowedEnd,
  type GuardsEntry,
  type ScheduleEntry,
  type SyncEntry,
  type WindowsEntry,
} from '@drawbridge/proto';
import { destinationOf } from '../destination/destination.service.js';
import { modelOf } from '../model/model.service.js';
import { fieldText } from './field-text.js';
import type { Schedule, Sync, SyncGuard } from './sync.model.js';

interface SyncRow {
  id: string;
  name: string;
  version: number;
  spec: unknown;
  nextRunAt: Date | null;
  pausedAt: Date | null;
  pauseReason: string | null;
  model: Parameters<typeof modelOf>[0];
  destination: Parameters<typeof destinationOf>[0];
}

export const syncEntryOf = ({ spec }: Pick<SyncRow, 'spec'>): SyncEntry => spec as SyncEntry;

/** A sync of the configuration as the API shows it. */
export function syncOf(row: SyncRow): Sync {
  const entry = syncEntryOf(row);
  const { id, name, version, nextRunAt, pausedAt, pauseReason } = row;
  return {
    id,
    name,
    version,
    nextRunAt,
    pausedAt,
    pauseReason,
    model: modelOf(row.model),
    destination: destinationOf(row.destination),
    object: entry.object,
    mode: entry.mode,
    onRemoved: entry.onRemoved.action,
    key: entry.key.map(({ field, column }) => ({ field, column })),
    fields: entry.fields.map(({ field, value, nulls }) => ({
      field,
      kind: value.kind,
      text: fieldText(value),
      nulls,
    })),
    schedule: scheduleOf(entry.schedule),
    guards: guardsOf(entry.guards),
    emptyResult: entry.guards.emptyResult,
    firstRun: entry.firstRun ?? 'default',
    uncertain: entry.uncertain,
    snapshots: entry.snapshots ?? 'full',
    quarantineAfter: entry.quarantineAfter ?? null,
    priority: entry.priority ?? 'normal',
    mappingChange: entry.mappingChange ?? 'backfill',
    // Written out for those alone who ask for it.
    get definition() {
      return formatEntry('syncs', entry);
    },
    get digest() {
      return entryDigest(entry);
    },
  };
}

const guardsOf = (guards: GuardsEntry): SyncGuard[] =>
  (['added', 'changed', 'removed'] as const).flatMap((name) => {
    const guard = guards[name];
    return guard ? [{ name, rows: guard.rows, percent: guard.percent, action: guard.action }] : [];
  });

function scheduleOf(schedule: ScheduleEntry): Schedule {
  switch (schedule.kind) {
    case 'manual':
      return { manual: true };
    case 'every':
      return {
        manual: false,
        every: schedule.text,
        ...(schedule.timezone !== undefined && { timezone: schedule.timezone }),
        ...jitterOf(schedule),
        ...windowTextsOf(schedule),
      };
    case 'cron':
      return {
        manual: false,
        ...linesOf(schedule.cron),
        timezone: schedule.timezone,
        ...jitterOf(schedule),
        ...windowTextsOf(schedule),
      };
    case 'after':
      return { manual: false, after: schedule.after, when: whenText(schedule.when) };
  }
}

const whenText = (when: FollowedEnd = 'success'): string =>
  typeof when === 'string' ? when : `at most ${when.maxRejected}% rejected`;

const windowTextsOf = ({ within, except }: WindowsEntry): Pick<Schedule, 'within' | 'except'> => ({
  ...(within && { within: [...within] }),
  ...(except && { except: [...except] }),
});

const jitterOf = ({ jitter }: { jitter?: { text: string } }): Pick<Schedule, 'jitter'> =>
  jitter ? { jitter: jitter.text } : {};

function linesOf(cron: string | readonly string[]): Pick<Schedule, 'cron' | 'crons'> {
  const crons = [cron].flat();
  const [first] = crons;
  return { ...(first !== undefined && { cron: first }), crons };
}
