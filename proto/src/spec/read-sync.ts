import { isScalar } from 'yaml';
import {
  catchUps,
  guardActions,
  modes,
  overlaps,
  priorities,
  removals,
  type GuardEntry,
  type GuardsEntry,
  type KeyEntry,
  type ModeName,
  type OnRemovedEntry,
  type RemovalName,
  type SyncEntry,
} from './entry.js';
import { settings } from './read-connection.js';
import { constants, fields } from './read-mapping.js';
import { interval, schedule } from './read-schedule.js';
import {
  listByName,
  mapped,
  nonEmptyText,
  number,
  oneOf,
  optional,
  required,
  shape,
  type Read,
  type Reader,
} from './reader.js';
import { referenceTo } from './reference.js';
import type { At } from './yaml-file.js';

const key: Reader<KeyEntry[]> = mapped(listByName(nonEmptyText), (entries, at) =>
  entries.length === 0
    ? at.file.report(
        at,
        'spec.empty_key',
        "Name the destination's key, such as { external_id: customer_id }.",
      )
    : { value: entries.map(([field, column]) => ({ field, column })) },
);

/** `delete`, or `{ set: { active: false } }`. */
const onRemoved: Reader<OnRemovedEntry> = (at) => {
  if (isScalar(at.file.resolve(at.node)))
    return mapped(oneOf(removals), (action) =>
      action === 'set'
        ? at.file.report(at, 'spec.missing', 'Say what to set: { set: { field: value } }.')
        : { value: { action, set: [] } },
    )(at);
  return mapped(shape({ set: required(constants) }), ({ set }) =>
    set.length === 0
      ? at.file.report(at, 'spec.missing', 'Say what to set: { set: { field: value } }.')
      : { value: { action: 'set' as const, set } },
  )(at);
};

/** A removal that nobody asked for is worse than one that comes late. */
const removedGuard: GuardEntry = { rows: 10, percent: 10, action: 'withhold' };
const countGuard: GuardEntry = { rows: 0, percent: 0, action: 'withhold' };

/** `off`, or thresholds; what is left out comes from `defaults`. */
function guard(defaults: GuardEntry): Reader<GuardEntry | undefined> {
  const thresholds = shape({
    rows: optional(
      number({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, whole: true }),
      defaults.rows,
    ),
    percent: optional(number({ minimum: 0, maximum: 1_000_000 }), defaults.percent),
    action: optional(oneOf(guardActions), defaults.action),
  });
  return (at) => {
    if (!isScalar(at.file.resolve(at.node))) return thresholds(at);
    return mapped(oneOf(['off']), () => ({ value: undefined }))(at);
  };
}

type WrittenGuards = Omit<GuardsEntry, 'emptyResult'> & Partial<Pick<GuardsEntry, 'emptyResult'>>;

const guards: Reader<WrittenGuards> = mapped(
  shape({
    added: optional(guard(countGuard), undefined),
    changed: optional(guard(countGuard), undefined),
    removed: optional(guard(removedGuard), removedGuard),
    emptyResult: optional(oneOf(['stop', 'allow']), undefined),
  }),
  ({ added, changed, removed, emptyResult }) => ({
    value: {
      ...(added && { added }),
      ...(changed && { changed }),
      ...(removed && { removed }),
      ...(emptyResult && { emptyResult }),
    },
  }),
);

/** In one run a row may be rejected because of a neighbour; after a thousand nobody waits for it. */
const quarantineAfter = number({ minimum: 1, maximum: 1000, whole: true });

const written = shape({
  model: required(referenceTo('models')),
  destination: required(referenceTo('destinations')),
  object: required(nonEmptyText),
  mode: required(oneOf(modes)),
  onRemoved: optional(onRemoved, undefined),
  key: optional(key, [] as KeyEntry[]),
  fields: optional(fields, []),
  firstRun: optional(oneOf(['send', 'baseline']), undefined),
  schedule: optional(schedule, { kind: 'manual' }),
  guards: optional(guards, { removed: removedGuard }),
  uncertain: optional(oneOf(['hold', 'resend']), 'hold'),
  options: optional(settings, {}),
  snapshots: optional(oneOf(['full', 'hashed']), 'full'),
  quarantineAfter: optional(quarantineAfter, undefined),
  mappingChange: optional(oneOf(['backfill', 'from-now-on', 'stop']), undefined),
  priority: optional(oneOf(priorities), 'normal'),
  overlap: optional(oneOf(overlaps), undefined),
  catchUp: optional(oneOf(catchUps), 'one'),
  startWithin: optional(interval, undefined),
});

export const syncEntry: Reader<SyncEntry> = mapped(written, (sync, at) => {
  const removal = removalOf(sync.mode, sync.onRemoved, at);
  const refused = [refuseFieldTwice, refuseMappingChange, refuseQuarantine, refuseOverlap].map(
    (refuse) => refuse(sync, at),
  );
  if (!removal || refused.includes(true)) return undefined;
  const { firstRun, snapshots, quarantineAfter: tries, mappingChange, ...others } = sync;
  const { priority, overlap, catchUp, startWithin, ...rest } = others;
  const filled = withEmptyResult(sync.guards, sync.mode, removal.value);
  const later = {
    ...(firstRun && { firstRun }),
    ...(snapshots === 'hashed' && { snapshots }),
    ...(tries !== undefined && { quarantineAfter: tries }),
    ...(mappingChange && mappingChange !== 'backfill' && { mappingChange }),
    ...(priority !== 'normal' && { priority }),
    ...(overlap === 'queue' && { overlap }),
    ...(catchUp !== 'one' && { catchUp }),
    ...(startWithin && { startWithin }),
  };
  return { value: { ...rest, onRemoved: removal.value, guards: filled, ...later } };
});

/**
 * Filled in here, so that the canonical form always says it. An empty result would remove every record: it stops a sync
 * that removes. To one that doesn't it does nothing, and a query of what is new is often quiet.
 */
const withEmptyResult = (
  given: WrittenGuards,
  mode: ModeName,
  { action }: OnRemovedEntry,
): GuardsEntry => ({
  emptyResult: action === 'nothing' && mode !== 'replace' ? 'allow' : 'stop',
  ...given,
});

/** Only a mode that keeps records in step can act on a row that left. */
function removalOf(
  mode: ModeName,
  given: OnRemovedEntry | undefined,
  at: At,
): Read<OnRemovedEntry> {
  if (!given) return { value: { action: mode === 'mirror' ? 'delete' : 'nothing', set: [] } };
  const message = removalConflict(mode, given.action);
  if (message === undefined) return { value: given };
  return at.file.reportInside(at, ['onRemoved'], { code: 'spec.conflict', message });
}

function removalConflict(mode: ModeName, action: RemovalName): string | undefined {
  if (mode === 'mirror' && action === 'nothing')
    return '"mode: mirror" removes what left the query. To keep it, use "mode: upsert".';
  if (action === 'nothing' || mode === 'mirror' || mode === 'upsert') return undefined;
  return `"mode: ${mode}" never removes. Use "mode: mirror" or "mode: upsert", or leave "onRemoved" out.`;
}

/** A field of the key is written already. */
function refuseFieldTwice(sync: Pick<SyncEntry, 'key' | 'fields'>, at: At): boolean {
  const twice = sync.fields.filter(({ field }) => sync.key.some((part) => part.field === field));
  for (const { field } of twice) {
    const message = `"${field}" is part of the key and sent with it. Remove it here.`;
    at.file.reportInside(at, ['fields', field], { code: 'spec.conflict', message });
  }
  return twice.length > 0;
}

/** A mode that sends a row once, or all of them each time, has none to send again. */
function refuseMappingChange(
  { mode, mappingChange }: { mode: ModeName; mappingChange: string | undefined },
  at: At,
): boolean {
  const isOnce = mode === 'create' || mode === 'append';
  if (mappingChange === undefined || !(isOnce || mode === 'replace')) return false;
  const why = isOnce ? 'sends a row once' : 'sends every row each time';
  const message = `"mode: ${mode}" ${why}, whatever becomes of the mapping. Leave "mappingChange" out.`;
  at.file.reportInside(at, ['mappingChange'], { code: 'spec.conflict', message });
  return true;
}

/** Without one of its rows a result is another one, so nothing could be put in place any more. */
function refuseQuarantine(
  { mode, quarantineAfter: tries }: { mode: ModeName; quarantineAfter: number | undefined },
  at: At,
): boolean {
  if (mode !== 'replace' || tries === undefined) return false;
  const message =
    '"mode: replace" puts all rows in place or none, so none can be set aside. Leave "quarantineAfter" out.';
  at.file.reportInside(at, ['quarantineAfter'], { code: 'spec.conflict', message });
  return true;
}

/** Of two slots that are made up for, the second one comes while the first one runs. */
function refuseOverlap(
  { overlap, catchUp }: { overlap: string | undefined; catchUp: string },
  at: At,
): boolean {
  if (catchUp !== 'all' || overlap !== 'skip') return false;
  const message = '"catchUp: all" runs one slot after the other. Leave "overlap" out.';
  at.file.reportInside(at, ['overlap'], { code: 'spec.conflict', message });
  return true;
}
