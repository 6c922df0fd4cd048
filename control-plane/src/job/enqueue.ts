import { poolNotFound } from '../agent/agent.service.js';
import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';

export interface NewJob {
  workspaceId: string;
  poolName: string;
  kind: 'run_sync' | 'check_connection' | 'discover';
  runId?: string;
  /** What to ask, for a job that is not a run. */
  request?: object;
  /** See turn.ts. */
  headStartMs: number;
}

/** Puts a job into the queue of a pool, in the transaction that gives the reason for it. */
export async function enqueueJob(
  tx: Transaction,
  { poolName, ...job }: NewJob,
): Promise<{ id: string; poolId: string }> {
  const poolId = await poolIdOf(tx, job.workspaceId, poolName);
  return { id: await insertJob(tx, { ...job, poolId }), poolId };
}

export async function poolIdOf(
  tx: Transaction,
  workspaceId: string,
  poolName: string,
): Promise<string> {
  const pool = await tx.pool.findUnique({
    where: { workspaceId_name: { workspaceId, name: poolName } },
    select: { id: true },
  });
  if (pool) return pool.id;
  throw poolNotFound(poolName);
}

export async function insertJob(
  tx: Transaction,
  job: Omit<NewJob, 'poolName'> & { poolId: string },
): Promise<string> {
  const { workspaceId, poolId, kind, runId = null, request, headStartMs } = job;
  const [inserted] = await tx.$queryRaw<{ id: string }[]>`
    insert into "Job" (id, "workspaceId", "poolId", kind, "runId", request, "turnAt")
    values (gen_random_uuid(), ${workspaceId}::uuid, ${poolId}::uuid, ${kind}, ${runId}::uuid,
      ${request ? JSON.stringify(request) : null}::jsonb, now() - make_interval(secs => ${headStartMs}::float8 / 1000))
    returning id`;
  if (!inserted) throw new AppError('job.not_queued', 'The job was not queued. Try again.');
  return inserted.id;
}
