import type { QueuedSlotRun } from '../job/queue-runs.js';
import { syncEntryOf } from '../sync/sync-of.js';
import type { DueSync } from './due-syncs.js';
import { hasWaited, startWithinOf, type SlotChoice, type Slots } from './slot-choice.js';
import { reasonOfLive } from './slot-reason.js';
import type { NewSlot } from './slot-row.js';

/** A due sync, and what is to become of its slots. */
export interface Chosen {
  sync: DueSync;
  choice: SlotChoice;
  /** The slots that wait, of a sync that runs after another one: each has a row of its own. */
  following: readonly { at: Date }[];
  /** A window of its schedule is open now, or it has none. */
  mayStart: boolean;
}

type Became = Pick<NewSlot, 'outcome' | 'reason' | 'runId' | 'lateAt'>;

/** What has become of the slots of a sync, of which `queued` may hold the run. */
export function slotsOf(
  { sync, choice, following, mayStart }: Chosen,
  queued: readonly QueuedSlotRun[],
  now: Date,
): NewSlot[] {
  const { id: syncId, workspaceId } = sync;
  const { paused, passed, start } = choice;
  const run = queued.find((one) => one.syncId === syncId);
  const slotOf = (slots: Slots, became: Became): NewSlot[] =>
    singly(slots, following).map((one) => ({ syncId, workspaceId, ...one, ...became }));
  return [
    ...(paused ? slotOf(paused, { outcome: 'passed', reason: 'sync.paused' }) : []),
    ...(passed
      ? slotOf(passed, { outcome: 'passed', reason: mayStart ? 'scheduler.late' : 'window.closed' })
      : []),
    ...(start
      ? slotOf(start, run ? started(run.id, { ...sync, slot: start.at }, now) : skipped(sync))
      : []),
  ];
}

function singly(slots: Slots, following: Chosen['following']): Slots[] {
  if (following.length === 0) return [slots];
  const from = following.filter(({ at }) => at >= slots.at);
  return from.slice(0, slots.slots).map(({ at }) => ({ at, slots: 1 }));
}

function skipped({ poolId, liveState }: DueSync): Became {
  const reason = poolId === null ? 'pool.not_found' : reasonOfLive(liveState);
  return { outcome: 'skipped', reason };
}

/** What is made up for after a pause counts from now: its slot passed while nobody wanted a run. */
function started(runId: string, sync: DueSync, now: Date): Became {
  const { slot, resumedAt } = sync;
  const rules = syncEntryOf(sync);
  const due = resumedAt && slot < resumedAt ? now : slot;
  const lateAt = new Date(due.getTime() + startWithinOf(rules));
  if (now <= lateAt) return { outcome: 'started', runId, lateAt };
  const reason = hasWaited(rules, sync) ? 'run.already_live' : 'scheduler.late';
  return { outcome: 'started', runId, reason };
}
