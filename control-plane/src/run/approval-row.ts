import type { Transaction } from '../database/database.js';

/** The moves of a run whose plan waits for a person's word, each a conditional update: of many, one wins. */

export interface Approval {
  workspaceId: string;
  runId: string;
  /** The plan that was looked at; another one is not approved. */
  planDigest?: string;
}

/** Back into the queue, to go by the approved plan. Answers with its digest when the run did wait with that plan. */
export async function approveRun(tx: Transaction, approval: Approval): Promise<string | undefined> {
  const { workspaceId, runId, planDigest = null } = approval;
  const [run] = await tx.$queryRaw<{ planDigest: string }[]>`
    update "Run" set state = 'queued', "agentId" = null, phase = null, counts = null, phases = null, planned = 0,
      errors = null, failure = null, "waitingSince" = null,
      options = options || jsonb_build_object('approvedPlan', "planDigest")
    where id = ${runId}::uuid and "workspaceId" = ${workspaceId}::uuid and state = 'waiting_approval'
      and (${planDigest}::text is null or "planDigest" = ${planDigest})
    returning "planDigest"`;
  return run?.planDigest;
}

/** Ends a run that waits: nothing of its plan was sent, and nothing will be. */
export async function dropWaitingRun(
  tx: Transaction,
  runId: string,
  code: 'run.superseded' | 'run.approval_expired' | null,
): Promise<boolean> {
  const failure = code && JSON.stringify({ code, vendorCode: '', count: 1, errorId: '' });
  const moved = await tx.$executeRaw`
    update "Run" set state = 'cancelled', "liveSyncId" = null, "finishedAt" = now(), "waitingSince" = null,
      failure = coalesce(${failure}::jsonb, failure)
    where id = ${runId}::uuid and state = 'waiting_approval'`;
  return moved > 0;
}

/** The run of a sync that has waited so long that its plan may be of yesterday. */
export async function longWaitingRun(
  tx: Transaction,
  syncId: string,
  patienceMs: number,
): Promise<string | undefined> {
  const [run] = await tx.$queryRaw<{ id: string }[]>`
    select id from "Run"
    where "liveSyncId" = ${syncId}::uuid and state = 'waiting_approval'
      and "waitingSince" <= now() - make_interval(secs => ${patienceMs}::float8 / 1000)`;
  return run?.id;
}
