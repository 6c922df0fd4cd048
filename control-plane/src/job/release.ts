import type { Transaction } from '../database/database.js';
import type { LeaseKey, MovedJob } from './lease.js';

/**
 * What an agent says about a job that it holds. Each statement is fenced by agent and epoch and answers nothing when
 * the lease is no longer current; a lease that ran out but was given to nobody else still counts.
 */

/** Accepting twice keeps the first moment. */
export async function acceptJob(
  tx: Transaction,
  agentId: string,
  { jobId, epoch }: LeaseKey,
): Promise<MovedJob | undefined> {
  const [job] = await tx.$queryRaw<MovedJob[]>`
    update "Job" set "acceptedAt" = coalesce("acceptedAt", now())
    where id = ${jobId}::uuid and epoch = ${epoch} and "agentId" = ${agentId}::uuid and state = 'leased'
    returning id, "workspaceId", "runId"`;
  return job;
}

export async function finishJob(
  tx: Transaction,
  agentId: string,
  { jobId, epoch }: LeaseKey,
): Promise<MovedJob | undefined> {
  const [job] = await tx.$queryRaw<MovedJob[]>`
    update "Job" set state = 'finished', "finishedAt" = now(), "leaseUntil" = null
    where id = ${jobId}::uuid and epoch = ${epoch} and "agentId" = ${agentId}::uuid and state = 'leased'
    returning id, "workspaceId", "runId"`;
  return job;
}

export interface GivenBack extends MovedJob {
  poolId: string;
}

/** Back into the queue as if it had never been offered; `waitMs` is how long the agent asked us to wait. */
export async function giveJobBack(
  tx: Transaction,
  agentId: string,
  { jobId, epoch }: LeaseKey,
  waitMs: number,
): Promise<GivenBack | undefined> {
  const [job] = await tx.$queryRaw<GivenBack[]>`
    update "Job" set state = 'queued', "agentId" = null, "acceptedAt" = null, "leaseUntil" = null,
      deliveries = deliveries - 1, "runAfter" = now() + make_interval(secs => ${waitMs}::float8 / 1000)
    where id = ${jobId}::uuid and epoch = ${epoch} and "agentId" = ${agentId}::uuid and state = 'leased'
      and "cancelRequestedAt" is null
    returning id, "workspaceId", "runId", "poolId"`;
  return job;
}
