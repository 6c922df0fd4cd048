import type { Transaction } from '../database/database.js';

/** What keeps a run that is queued from its agents: a person has paused it. */
export type PausedBy = 'pool' | 'destination';

/** Of some runs, by their ids, those that wait for a person to resume something. */
export async function pausedBy(
  database: Transaction,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, PausedBy>> {
  if (runIds.length === 0) return new Map();
  const held = await database.$queryRaw<{ id: string; by: PausedBy }[]>`
    select run.id, case when pool."pausedAt" is null then 'destination' else 'pool' end as by
    from "Run" as run join "Job" as job on job."runId" = run.id and job.state = 'queued'
    join "Pool" as pool on pool.id = job."poolId" join "Sync" as sync on sync.id = run."syncId"
    left join "Destination" as destination on destination.id = sync."destinationId"
    where run.id = any(${[...runIds]}::uuid[]) and coalesce(pool."pausedAt", destination."pausedAt") is not null`;
  return new Map(held.map(({ id, by }) => [id, by]));
}
