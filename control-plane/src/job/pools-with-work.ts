import type { Transaction } from '../database/database.js';
import { heldRuns } from './held-runs.js';

/** Those of some pools in which a job waits that may be taken now. One look at the index for each. */
export async function poolsWithWork(
  tx: Transaction,
  poolIds: readonly string[],
): Promise<string[]> {
  const pools = await tx.$queryRaw<{ id: string }[]>`
    select pool.id from "Pool" as pool
    where pool.id = any(${[...poolIds]}::uuid[]) and pool."pausedAt" is null and exists (select from "Job" as job
      where job."poolId" = pool.id and job.state = 'queued' and job."runAfter" <= now()
        and (job."runId" is null or job."runId" not in (${heldRuns(poolIds)})))`;
  return pools.map(({ id }) => id);
}
