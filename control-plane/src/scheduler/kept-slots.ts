import type { Transaction } from '../database/database.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { nextRunAt } from '../sync/schedule.js';
import { countUntil, startWithinMs } from './slot-choice.js';
import { reasonOfLive } from './slot-reason.js';
import { writeSlots, type NewSlot } from './slot-row.js';

/** Bounds one transaction. */
const batch = 200;

/** The oldest slot that a sync keeps, for after its live run or for when its destination goes on. */
interface KeptSlot {
  id: string;
  workspaceId: string;
  spec: unknown;
  createdAt: Date;
  slot: Date;
  /** Of its live run; null when it has none. */
  liveState: string | null;
  isDestinationPaused: boolean;
}

/** Tells of slots that their syncs have kept for too long, each once. Answers with how many those are. */
export async function tellKept(tx: Transaction, now: Date): Promise<number> {
  const kept = await takeKept(tx, now);
  await writeSlots(
    tx,
    now,
    kept.map((one) => waitingSlotOf(one, now)),
  );
  return kept.length;
}

function takeKept(tx: Transaction, now: Date): Promise<KeptSlot[]> {
  return tx.$queryRaw<KeptSlot[]>`
    select sync.id, sync."workspaceId", sync.spec, sync."createdAt", sync."nextRunAt" as slot, live.state as "liveState",
      destination."pausedAt" is not null as "isDestinationPaused"
    from "Sync" as sync join "Destination" as destination on destination.id = sync."destinationId"
      left join "Run" as live on live."liveSyncId" = sync.id
    where sync."nextRunAt" <= ${now} and sync."removedAt" is null and sync."pausedAt" is null
      and (destination."pausedAt" is not null
        or live.id is not null and (sync.spec->>'overlap' = 'queue' or sync.spec->>'catchUp' = 'all'))
      and greatest(sync."nextRunAt", sync."resumedAt") + make_interval(
        secs => coalesce((sync.spec->'startWithin'->>'ms')::float8, ${startWithinMs}::float8) / 1000) < ${now}
      and not exists (select from "Slot" where "syncId" = sync.id and at = sync."nextRunAt"
        and (reason is not null or outcome <> 'waiting'))
    order by sync."nextRunAt" limit ${batch}
    for no key update of sync skip locked`;
}

function waitingSlotOf({ slot, ...sync }: KeptSlot, now: Date): NewSlot {
  const { id: syncId, workspaceId, isDestinationPaused } = sync;
  const { schedule, catchUp } = syncEntryOf(sync);
  const nextAfter = (instant: Date): Date | null => nextRunAt(schedule, instant, sync);
  const upToNow = new Date(now.getTime() + 1);
  const slots = catchUp === 'all' ? 1 : countUntil(slot, upToNow, nextAfter);
  const reason = isDestinationPaused ? 'destination.paused' : reasonOfLive(sync.liveState);
  return { syncId, workspaceId, at: slot, slots, outcome: 'waiting', reason };
}
