import type { Transaction } from '../database/database.js';
import type { ClaimedJob } from './claim.js';
import type { LeaseKey } from './lease.js';

export interface Renewed extends LeaseKey {
  isCancelled: boolean;
}

/** Holds leases for another `leaseMs`. Those that are another's, older or run out are missing from the answer. */
export function renewLeases(
  tx: Transaction,
  agentId: string,
  leases: readonly LeaseKey[],
  leaseMs: number,
): Promise<Renewed[]> {
  const ids = leases.map(({ jobId }) => jobId);
  const epochs = leases.map(({ epoch }) => String(epoch));
  return tx.$queryRaw<Renewed[]>`
    update "Job" as job set "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
    from unnest(${ids}::uuid[], ${epochs}::text[]::bigint[]) as held (id, epoch)
    where job.id = held.id and job.epoch = held.epoch and job."agentId" = ${agentId}::uuid
      and job.state = 'leased' and job."leaseUntil" > now()
    returning job.id as "jobId", job.epoch, job."cancelRequestedAt" is not null as "isCancelled"`;
}

/** What was offered to an agent and perhaps never reached it. Its lease counts from the new offer. */
export function renewUnaccepted(
  tx: Transaction,
  agentId: string,
  leaseMs: number,
): Promise<ClaimedJob[]> {
  return tx.$queryRaw<ClaimedJob[]>`
    update "Job" set "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
    where "agentId" = ${agentId}::uuid and state = 'leased' and "acceptedAt" is null and "leaseUntil" > now()
    returning id as "jobId", epoch, "workspaceId", "runId", request`;
}
