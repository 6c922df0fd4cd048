import type { Transaction } from '../database/database.js';
import { headStartMs } from './turn.js';

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

/**
 * A job that was done or set aside and has more to do, because a person says so. Its epoch stays, so that the next lease
 * is told from all before.
 */
export async function requeueJob(tx: Transaction, jobId: string): Promise<void> {
  const headStart = headStartMs({ isAskedFor: true, priority: 'normal' });
  await tx.$executeRaw`
    update "Job" set state = 'queued', "agentId" = null, "acceptedAt" = null, "leaseUntil" = null, "finishedAt" = null,
      "cancelRequestedAt" = null, deliveries = 0, "runAfter" = now(),
      "turnAt" = now() - make_interval(secs => ${headStart}::float8 / 1000)
    where id = ${jobId}::uuid and state in ('finished', 'parked')`;
}
