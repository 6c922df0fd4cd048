import { Prisma, type Transaction } from '../database/database.js';
import type { HeldLease, LeaseKey, MovedJob } from './lease.js';

/**
 * What an agent says about a job that it holds. Each statement is fenced by agent and epoch and answers nothing when
 * the lease is no longer current; a lease that ran out but was given to nobody else still counts.
 */

export interface AcceptedJob extends MovedJob {
  /** Since when it might begin. */
  waitedSeconds: number;
}

/** Accepting twice keeps the first moment. */
export function acceptJobs(tx: Transaction, held: readonly HeldLease[]): Promise<AcceptedJob[]> {
  return tx.$queryRaw<AcceptedJob[]>`
    with held as (${lockHeld(held)})
    update "Job" as job set "acceptedAt" = coalesce(job."acceptedAt", now()) from held where job.id = held.id
    returning job.id, job."workspaceId", job."runId",
      extract(epoch from job."acceptedAt" - job."runAfter")::float8 as "waitedSeconds"`;
}

export interface FinishedLease extends HeldLease {
  /** Its run waits for a person and goes on with it. */
  isKept: boolean;
}

/**
 * What is done leaves the queue: what a run came to is written into the run. What is not a run stays until whoever asked
 * has read the answer.
 */
export function finishJobs(
  tx: Transaction,
  finished: readonly FinishedLease[],
): Promise<MovedJob[]> {
  const kept = finished.filter(({ isKept }) => isKept).map(({ jobId }) => jobId);
  return tx.$queryRaw<MovedJob[]>`
    with held as (${lockHeld(finished)}), gone as (
      delete from "Job" as job using held
      where job.id = held.id and job."runId" is not null and job.id <> all(${kept}::uuid[])
      returning job.id, job."workspaceId", job."runId"
    ), kept as (
      update "Job" as job set state = 'finished', "finishedAt" = now(), "leaseUntil" = null
      from held where job.id = held.id and (job."runId" is null or job.id = any(${kept}::uuid[]))
      returning job.id, job."workspaceId", job."runId"
    )
    select * from gone union all select * from kept`;
}

/** Those whose lease is current, in the order of their ids, as renewals do, or the two could wait for each other. */
function lockHeld(held: readonly HeldLease[]): Prisma.Sql {
  return Prisma.sql`
    select job.id from "Job" as job
    join unnest(${held.map(({ jobId }) => jobId)}::uuid[], ${held.map(({ epoch }) => String(epoch))}::text[]::bigint[],
      ${held.map(({ agentId }) => agentId)}::uuid[]) as said (id, epoch, agent)
      on job.id = said.id and job.epoch = said.epoch and job."agentId" = said.agent
    where job.state = 'leased' order by job.id for update of job`;
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
