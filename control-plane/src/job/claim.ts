import type { Transaction } from '../database/database.js';
import type { LeaseKey } from './lease.js';

export interface Claim {
  agentId: string;
  poolId: string;
  /** At most so many jobs: the free slots that the agent advertised. */
  slots: number;
  leaseMs: number;
}

/** A job that an agent holds, with what there is to know for doing it. */
export interface ClaimedJob extends LeaseKey {
  workspaceId: string;
  runId: string | null;
  request: unknown;
}

/**
 * Leases the oldest jobs that wait in a pool, each to one agent however many ask at once, and moves their runs along.
 * The order is that of the index, ties included, or each claim would sort what was queued together.
 */
export function claimJobs(tx: Transaction, claim: Claim): Promise<ClaimedJob[]> {
  const { agentId, poolId, slots, leaseMs } = claim;
  return tx.$queryRaw<ClaimedJob[]>`
    with picked as (
      select id from "Job"
      where "poolId" = ${poolId}::uuid and state = 'queued' and "runAfter" <= now()
        and exists (select from "Agent" where id = ${agentId}::uuid and "poolId" = ${poolId}::uuid and "revokedAt" is null)
      order by "runAfter", id
      limit ${slots}
      for update skip locked
    ), leased as (
      update "Job" as job
      set state = 'leased', epoch = job.epoch + 1, deliveries = job.deliveries + 1, "agentId" = ${agentId}::uuid,
        "acceptedAt" = null, "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
      from picked where job.id = picked.id
      returning job.id, job.epoch, job."workspaceId", job."runId", job.request
    ), moved as (
      update "Run" as run set state = 'leased', "agentId" = ${agentId}::uuid
      from leased where run.id = leased."runId" and run.state = 'queued'
    )
    select id as "jobId", epoch, "workspaceId", "runId", request from leased`;
}
