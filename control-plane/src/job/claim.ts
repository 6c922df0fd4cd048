import type { Transaction } from '../database/database.js';
import { heldRuns } from './held-runs.js';
import type { LeaseKey } from './lease.js';

export interface Claim {
  poolId: string;
  /** Of the pool, each as often as it has free slots: so many jobs at most. */
  agentIds: readonly string[];
  leaseMs: number;
}

/** A job that an agent holds, with what there is to know for doing it. */
export interface ClaimedJob extends LeaseKey {
  agentId: string;
  workspaceId: string;
  runId: string | null;
  request: unknown;
  /** Of its run. */
  options: unknown;
  canonical: Uint8Array | null;
}

/** What a workspace that limits its runs has left; absent for one that does not. */
export interface RunsLeft {
  runs: number;
}

/**
 * Leases the jobs of a pool whose turn it is, each to one agent however many processes ask at once, and moves their runs
 * along: one statement for all agents of a process. The order is that of the index, ties included, or each claim would
 * sort what was queued together. Without `left` a workspace that limits its runs gets nothing, and a pool that is paused never
 * does.
 */
export function claimJobs(tx: Transaction, claim: Claim, left?: RunsLeft): Promise<ClaimedJob[]> {
  const { poolId, agentIds, leaseMs } = claim;
  const runs = left?.runs ?? agentIds.length;
  const most = runs > 0 ? Math.min(runs, agentIds.length) : agentIds.length;
  return tx.$queryRaw<ClaimedJob[]>`
    with agent as (
      select agent.id, row_number() over (order by place) as place
      from unnest(${[...agentIds]}::uuid[]) with ordinality as named (id, place)
      join "Agent" as agent on agent.id = named.id and agent."poolId" = ${poolId}::uuid and agent."revokedAt" is null
      join "Pool" as pool on pool.id = agent."poolId" and pool."pausedAt" is null
      where ${left !== undefined} or not exists (
        select from "Pool" as pool join "Workspace" as workspace on workspace.id = pool."workspaceId"
        where pool.id = ${poolId}::uuid and workspace."maxLeasedRuns" is not null)
    ), waiting as (
      select id, "turnAt" from "Job"
      where "poolId" = ${poolId}::uuid and state = 'queued' and "runAfter" <= now()
        and (${runs > 0} or "runId" is null) and exists (select from agent)
        and ("runId" is null or "runId" not in (${heldRuns([poolId])}))
      order by "turnAt", id limit ${most} for update skip locked
    ), placed as (
      select id, row_number() over (order by "turnAt", id) as place from waiting
    ), leased as (
      update "Job" as job
      set state = 'leased', epoch = job.epoch + 1, deliveries = job.deliveries + 1, "agentId" = agent.id,
        "acceptedAt" = null, "leasedAt" = now(), "leaseUntil" = now() + make_interval(secs => ${leaseMs}::float8 / 1000)
      from placed join agent using (place) where job.id = placed.id
      returning job.id, job.epoch, job."agentId", job."workspaceId", job."runId", job.request
    ), moved as (
      update "Run" as run set state = 'leased', "agentId" = leased."agentId"
      from leased where run.id = leased."runId" and run.state = 'queued'
      returning run.id, run.options, run."syncId", run.version
    )
    select leased.id as "jobId", epoch, "agentId", "workspaceId", "runId", request, moved.options, said.canonical
    from leased left join moved on moved.id = leased."runId"
    left join "SyncVersion" as said on said."syncId" = moved."syncId" and said.version = moved.version`;
}

/**
 * How many more runs the workspace of a pool may hand out; undefined when it has no limit. Whoever asks holds the
 * workspace's row until its transaction ends, so that two who claim at once do not each take the last one.
 */
export async function lockRunsLeft(tx: Transaction, poolId: string): Promise<RunsLeft | undefined> {
  const [limit] = await tx.$queryRaw<{ id: string; most: number }[]>`
    select workspace.id, workspace."maxLeasedRuns" as most from "Workspace" as workspace
    join "Pool" as pool on pool."workspaceId" = workspace.id
    where pool.id = ${poolId}::uuid and workspace."maxLeasedRuns" is not null
    for no key update of workspace`;
  if (!limit) return undefined;
  const [held] = await tx.$queryRaw<{ runs: number }[]>`
    select count(*)::int as runs from "Job"
    where "workspaceId" = ${limit.id}::uuid and state = 'leased' and "runId" is not null`;
  return { runs: Math.max(0, limit.most - (held?.runs ?? 0)) };
}
