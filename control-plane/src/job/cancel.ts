import type { Transaction } from '../database/database.js';

/** What a cancelled job was: gone from the queue, or in the hands of an agent that is told to stop. */
export interface CancelledJob {
  id: string;
  state: 'finished' | 'leased';
  agentId: string | null;
}

/** Asks for the end of a run's job. Asking twice keeps the first moment. */
export async function cancelJobOfRun(
  tx: Transaction,
  runId: string,
): Promise<CancelledJob | undefined> {
  const [job] = await tx.$queryRaw<CancelledJob[]>`
    update "Job" set "cancelRequestedAt" = coalesce("cancelRequestedAt", now()),
      state = case when state = 'queued' then 'finished' else state end,
      "finishedAt" = case when state = 'queued' then now() end
    where "runId" = ${runId}::uuid and state in ('queued', 'leased')
    returning id, state, "agentId"`;
  return job;
}

/** Before several are cancelled: in the order of their ids, as renewals do, or the two could wait for each other. */
export async function lockJobsOfRuns(tx: Transaction, runIds: readonly string[]): Promise<void> {
  await tx.$queryRaw`
    select id from "Job" where "runId" = any(${runIds}::uuid[]) order by id for update`;
}

/** Takes back a job that nobody waits for any more. An agent that has it finds its lease no longer current. */
export async function withdrawJob(tx: Transaction, jobId: string): Promise<void> {
  await tx.$executeRaw`
    update "Job" set state = 'finished', "finishedAt" = now(), "leaseUntil" = null
    where id = ${jobId}::uuid and state in ('queued', 'leased')`;
}
