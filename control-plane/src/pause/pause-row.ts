import type { Transaction } from '../database/database.js';

export interface Pause {
  workspaceId: string;
  name: string;
  paused: boolean;
  /** Why; null of what is resumed. */
  reason: string | null;
}

/** The id of the pool that it moved; undefined where it was so before, or where there is none of the name. */
export async function setPoolPause(
  tx: Transaction,
  { workspaceId, name, paused, reason }: Pause,
): Promise<string | undefined> {
  const [pool] = await tx.$queryRaw<{ id: string }[]>`
    update "Pool" set "pausedAt" = case when ${paused} then now() end, "pauseReason" = ${reason}
    where "workspaceId" = ${workspaceId}::uuid and name = ${name} and ("pausedAt" is null) = ${paused}
    returning id`;
  return pool?.id;
}

/** The same for a destination. */
export async function setDestinationPause(
  tx: Transaction,
  { workspaceId, name, paused, reason }: Pause,
): Promise<string | undefined> {
  const [destination] = await tx.$queryRaw<{ id: string }[]>`
    update "Destination" set "pausedAt" = case when ${paused} then now() end, "pauseReason" = ${reason}
    where "workspaceId" = ${workspaceId}::uuid and name = ${name} and ("pausedAt" is null) = ${paused}
    returning id`;
  return destination?.id;
}

/** Pools in whose queue runs to a destination wait. */
export async function poolsThatWaitFor(tx: Transaction, destinationId: string): Promise<string[]> {
  const pools = await tx.$queryRaw<{ id: string }[]>`
    select distinct job."poolId" as id from "Sync" as sync
    join "Run" as run on run."liveSyncId" = sync.id join "Job" as job on job."runId" = run.id
    where sync."destinationId" = ${destinationId}::uuid and job.state = 'queued'`;
  return pools.map(({ id }) => id);
}
