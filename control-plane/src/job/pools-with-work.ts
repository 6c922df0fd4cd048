import type { Transaction } from '../database/database.js';

/** Those of some pools in which a job waits whose time has come. One look at the index for each. */
export async function poolsWithWork(
  tx: Transaction,
  poolIds: readonly string[],
): Promise<string[]> {
  const pools = await tx.$queryRaw<{ id: string }[]>`
    select pool.id from unnest(${[...poolIds]}::uuid[]) as pool (id)
    where exists (select from "Job" as job
      where job."poolId" = pool.id and job.state = 'queued' and job."runAfter" <= now())`;
  return pools.map(({ id }) => id);
}
