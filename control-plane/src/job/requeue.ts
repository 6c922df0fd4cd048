import type { Transaction } from '../database/database.js';

/** Whoever moves a run that waits holds its job until the transaction ends. */
export async function lockJobOfRun(
  tx: Transaction,
  workspaceId: string,
  runId: string,
): Promise<{ id: string; poolId: string } | undefined> {
  const [job] = await tx.$queryRaw<{ id: string; poolId: string }[]>`
    select id, "poolId" from "Job" where "runId" = ${runId}::uuid and "workspaceId" = ${workspaceId}::uuid
    order by id limit 1 for update`;
  return job;
}

/** A finished job that has more to do. Its epoch stays, so that the next lease is told from all before. */
export async function requeueJob(tx: Transaction, jobId: string): Promise<void> {
  await tx.$executeRaw`
    update "Job" set state = 'queued', "agentId" = null, "acceptedAt" = null, "leaseUntil" = null, "finishedAt" = null,
      "cancelRequestedAt" = null, deliveries = 0, "runAfter" = now()
    where id = ${jobId}::uuid and state = 'finished'`;
}
