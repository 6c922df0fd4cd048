import type { Transaction } from '../database/database.js';

/** What has become of a slot, and of those that it stands for. */
export interface NewSlot {
  syncId: string;
  workspaceId: string;
  at: Date;
  slots: number;
  outcome: 'started' | 'skipped' | 'passed';
  reason?: 'run.already_live' | 'pool.not_found' | 'scheduler.late';
  runId?: string;
}

const keptMs = 7 * 86_400_000;
/** Bounds one statement; what is left goes with the next. */
const mostPruned = 1000;

/** One that is there stays as it is: what has become of a slot is said once. */
export async function writeSlots(
  tx: Transaction,
  now: Date,
  slots: readonly NewSlot[],
): Promise<void> {
  await tx.$executeRaw`
    insert into "Slot" ("syncId", at, "workspaceId", slots, outcome, reason, "runId", "scheduledAt")
    select said."syncId", said.at, said."workspaceId", said.slots, said.outcome, said.reason, said."runId", ${now}
    from jsonb_to_recordset(${JSON.stringify(slots)}::jsonb) as said ("syncId" uuid, at timestamptz, "workspaceId" uuid,
      slots int, outcome text, reason text, "runId" uuid)
    on conflict do nothing`;
}

/** Those of a week ago. */
export async function pruneSlots(tx: Transaction, now: Date): Promise<void> {
  const before = new Date(now.getTime() - keptMs);
  await tx.$executeRaw`
    delete from "Slot" where ("syncId", at) in (
      select "syncId", at from "Slot" where "scheduledAt" < ${before} limit ${mostPruned} for update skip locked)`;
}
