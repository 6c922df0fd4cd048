import type { Transaction } from '../database/database.js';

export interface DueSync {
  id: string;
  workspaceId: string;
  spec: unknown;
  /** The slot of the schedule that has come. */
  slot: Date;
  createdAt: Date;
  /** The database's time. */
  now: Date;
}

/**
 * Syncs whose time has come, each held by one scheduler until its transaction ends. A weaker lock than `for update`: that
 * one also stops whoever points at the sync, such as a run that ends, while this waits to see whether it does.
 */
export function takeDueSyncs(tx: Transaction, limit: number): Promise<DueSync[]> {
  return tx.$queryRaw<DueSync[]>`
    select id, "workspaceId", spec, "nextRunAt" as slot, "createdAt", now() from "Sync"
    where "nextRunAt" <= now() and "removedAt" is null and "pausedAt" is null
    order by "nextRunAt" limit ${limit}
    for no key update skip locked`;
}

export async function setNextRunAt(
  tx: Transaction,
  syncId: string,
  nextRunAt: Date | null,
): Promise<void> {
  await tx.sync.update({ where: { id: syncId }, data: { nextRunAt } });
}
