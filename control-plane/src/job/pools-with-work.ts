import type { Transaction } from '../database/database.js';

/** Those of some pools in which a job waits whose time has come. One look at the index for each. */
export async function poolsWithWork(
  tx: Transaction,
  poolIds: readonly string[],
): Promise<string[]> {
  const pools = await tx.$queryRaw<{ id: string }[]>`
    select id from unnest(${[...poolIds]}::uuid[]) as id
    where exists (select from "Job" where "poolId" = id and state = 'queued' and "runAfter" <= now())`;
  return pools.map(({ id }) => id);
}
