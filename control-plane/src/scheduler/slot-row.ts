import type { Transaction } from '../database/database.js';
import { tellMissed } from './missed-event.js';
import { isMissed, type SlotReason } from './slot-reason.js';

/**
 * What has become of a slot, and of those that it stands for: waiting → started | skipped | passed. While it waits
 * it is written down only when it is late, or the end of another sync's run.
 */
export interface NewSlot {
  syncId: string;
  workspaceId: string;
  at: Date;
  slots: number;
  outcome: 'waiting' | 'started' | 'skipped' | 'passed';
  /** Why no run began in time. */
  reason?: SlotReason;
  runId?: string;
  /** By when its run has to begin, where that is still to be seen. */
  lateAt?: Date;
}

const keptMs = 7 * 86_400_000;
/** Bounds one statement; what is left goes with the next. */
const mostPruned = 1000;

/**
 * Tells of those that were missed. What has become of a slot is said once, and so is that it was missed: of those that are
 * there only the ones that wait become something else. Whoever calls holds a lock on the syncs.
 */
export async function writeSlots(
  tx: Transaction,
  now: Date,
  slots: readonly NewSlot[],
): Promise<void> {
  if (slots.length === 0) return;
  const said = JSON.stringify(slots);
  const made = await insertSlots(tx, now, said);
  const settled = made.length < slots.length ? await settleWaiting(tx, now, said) : [];
  const news = new Set([...made, ...settled].map(keyOf));
  await tellMissed(
    tx,
    slots.flatMap(({ reason, ...slot }) =>
      isMissed(reason) && news.has(keyOf(slot)) ? [{ ...slot, reason }] : [],
    ),
  );
}

type SlotKey = Pick<NewSlot, 'syncId' | 'at'>;

const keyOf = ({ syncId, at }: SlotKey): string => `${syncId} ${at.toISOString()}`;

function insertSlots(tx: Transaction, now: Date, said: string): Promise<SlotKey[]> {
  return tx.$queryRaw<SlotKey[]>`
    insert into "Slot" ("syncId", at, "workspaceId", slots, outcome, reason, "runId", "scheduledAt", "lateAt")
    select said."syncId", said.at, said."workspaceId", said.slots, said.outcome, said.reason, said."runId", ${now}, said."lateAt"
    from jsonb_to_recordset(${said}::jsonb) as said ("syncId" uuid, at timestamptz, "workspaceId" uuid,
      slots int, outcome text, reason text, "runId" uuid, "lateAt" timestamptz)
    on conflict do nothing returning "syncId", at`;
}

/** Answers with those of which it was not known yet why they are late. */
function settleWaiting(tx: Transaction, now: Date, said: string): Promise<SlotKey[]> {
  return tx.$queryRaw<SlotKey[]>`
    with waiting as (
      select slot."syncId", slot.at, slot.reason is null as news, said.slots, said.outcome, said.reason, said."runId", said."lateAt"
      from jsonb_to_recordset(${said}::jsonb) as said ("syncId" uuid, at timestamptz, slots int, outcome text,
        reason text, "runId" uuid, "lateAt" timestamptz)
      join "Slot" as slot on slot."syncId" = said."syncId" and slot.at = said.at and slot.outcome = 'waiting'
      for update of slot
    ), settled as (
      update "Slot" as slot set outcome = waiting.outcome, slots = waiting.slots, "runId" = waiting."runId",
        "scheduledAt" = ${now}, reason = coalesce(slot.reason, waiting.reason),
        "lateAt" = case when waiting.news then waiting."lateAt" end
      from waiting where slot."syncId" = waiting."syncId" and slot.at = waiting.at)
    select "syncId", at from waiting where news`;
}

/** Those of a week ago, but for what still waits. */
export async function pruneSlots(tx: Transaction, now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptMs);
  await tx.$executeRaw`
    delete from "Slot" where ("syncId", at) in (
      select "syncId", at from "Slot" as slot
      where "scheduledAt" < ${before} and not (outcome = 'waiting' and exists (
        select from "Sync" as sync where sync.id = slot."syncId" and sync."nextRunAt" = slot.at))
      limit ${mostPruned} for update skip locked)`;
}
