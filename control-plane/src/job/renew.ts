import type { Transaction } from '../database/database.js';
import type { ClaimedJob } from './claim.js';
import type { LeaseKey } from './lease.js';

export interface Renewed extends LeaseKey {
  isCancelled: boolean;
}

/**
 * Holds leases for another `leaseMs`. Those that are another's, older or run out are missing from the answer. Jobs are
 * locked in the order of their ids, or two renewals could wait for each other.
 */
export function renewLeases(
  tx: Transaction,
  agentId: string,
  leases: readonly LeaseKey[],
  leaseMs: number,
): Promise<Renewed[]> {
  const ids = leases.map(({ jobId }) => jobId);
  const epochs = leases.map(({ epoch }) => String(epoch));
  return tx.$queryRaw<Renewed[]>`
    with held as (
      select job.id from "Job" as job
      join unnest(${ids}::uuid[], ${epochs}::text[]::bigint[]) as named (id, epoch)
        on job.id = named.id and job.epoch = named.epoch
      where job."agentId" = ${agentId}::uuid and job.state = 'leased' and job."leaseUntil" > now()
      order by job.id for update of job
    )
    update "Job" as job set "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
    from held where job.id = held.id
    returning job.id as "jobId", job.epoch, job."cancelRequestedAt" is not null as "isCancelled"`;
}

/**
 * What was offered to an agent and perhaps never reached it. Its lease counts from the new offer. A job that is moving
 * just now is left to whoever moves it.
 */
export function renewUnaccepted(
  tx: Transaction,
  agentId: string,
  leaseMs: number,
): Promise<ClaimedJob[]> {
  return tx.$queryRaw<ClaimedJob[]>`
    with unheard as (
      select id from "Job"
      where "agentId" = ${agentId}::uuid and state = 'leased' and "acceptedAt" is null and "leaseUntil" > now()
      order by id for update skip locked
    ), renewed as (
      update "Job" as job set "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
      from unheard where job.id = unheard.id
      returning job.id, job.epoch, job."agentId", job."workspaceId", job."runId", job.request
    )
    select renewed.id as "jobId", epoch, renewed."agentId", renewed."workspaceId", "runId", request, run.options,
      said.canonical
    from renewed left join "Run" as run on run.id = renewed."runId"
    left join "SyncVersion" as said on said."syncId" = run."syncId" and said.version = run.version`;
}
