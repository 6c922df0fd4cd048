import type { Transaction } from '../database/database.js';
import type { RunProgress } from '../run/run-report.js';
import type { LeaseKey } from './lease.js';

/** Where a run stands, believed only from the agent whose lease is current. Answers with the run that it moved. */
export async function advanceRun(
  tx: Transaction,
  agentId: string,
  { jobId, epoch }: LeaseKey,
  progress: RunProgress,
): Promise<{ id: string; workspaceId: string } | undefined> {
  const { phase, counts, phases, planned, rowsPerSecond = null, remainingMs = null } = progress;
  const [run] = await tx.$queryRaw<{ id: string; workspaceId: string }[]>`
    update "Run" as run set phase = coalesce(${phase}, phase), counts = ${JSON.stringify(counts)}::jsonb,
      phases = ${JSON.stringify(phases)}::jsonb, planned = ${planned}::bigint,
      "rowsPerSecond" = ${rowsPerSecond}::bigint, "remainingMs" = ${remainingMs}::bigint
    from "Job" as job
    where job.id = ${jobId}::uuid and job.epoch = ${epoch} and job."agentId" = ${agentId}::uuid
      and job.state = 'leased' and job."leaseUntil" > now()
      and run.id = job."runId" and run.state in ('leased', 'running')
    returning run.id, run."workspaceId"`;
  return run;
}
