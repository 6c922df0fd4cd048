import { Prisma, type Transaction } from '../database/database.js';

/** Slots of syncs that run after another one: the run that ended wrote them down, and they wait until they are started. */

/** Without those of a sync that used to come before. */
const following = Prisma.sql`
  "Slot" as slot join "Sync" as sync on sync.id = slot."syncId"
    join "Run" as run on run.id = slot."upstreamRunId"
    join "Sync" as before on before.id = run."syncId" and before.name = sync."runsAfter"
  where slot.outcome = 'waiting' and slot."upstreamRunId" is not null and sync."removedAt" is null`;

/** Makes syncs due whose oldest slot has come. One that somebody else holds is so the next time. */
export async function makeFollowersDue(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    with due as materialized (
      select sync.id, min(slot.at) as at from ${following} and sync."nextRunAt" is null group by sync.id
    ), held as (
      select id from "Sync" where id in (select id from due) and "nextRunAt" is null
      for no key update skip locked)
    update "Sync" as sync set "nextRunAt" = due.at from due join held using (id) where sync.id = due.id`;
}

/** The slots that wait, oldest first, by sync. */
export async function followingSlots(
  tx: Transaction,
  syncIds: readonly string[],
): Promise<ReadonlyMap<string, readonly { at: Date }[]>> {
  if (syncIds.length === 0) return new Map();
  const slots = await tx.$queryRaw<{ syncId: string; at: Date }[]>`
    select slot."syncId", slot.at from ${following} and slot."syncId" = any(${[...syncIds]}::uuid[]) order by slot.at`;
  return Map.groupBy(slots, ({ syncId }) => syncId);
}
