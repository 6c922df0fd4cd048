import type { Transaction } from '../database/database.js';
import { EventService } from '../event/event.service.js';
import { tellFollowers } from './followers.js';
import { endedEventOf, type EndedRun } from './run-event.js';
import { heldStates } from './run-state.js';
import { addUsage } from './usage-row.js';

/** The moves of a run that waits for a person's word, each a conditional update: of many, one wins. */

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

/** A parked run back into the queue, as if it had never been tried; what happened before stays with it. */
export async function releaseParkedRun(
  tx: Transaction,
  workspaceId: string,
  runId: string,
): Promise<boolean> {
  const moved = await tx.$executeRaw`
    update "Run" set state = 'queued', "agentId" = null, phase = null, counts = null, phases = null, planned = 0,
      failure = null, "waitingSince" = null
    where id = ${runId}::uuid and "workspaceId" = ${workspaceId}::uuid and state = 'parked'`;
  return moved > 0;
}

/** Ends a run that waits for a person: nothing more of it is sent. A parked one's reason stays. */
export async function dropHeldRun(
  tx: Transaction,
  runId: string,
  code: 'run.superseded' | 'run.approval_expired' | null,
): Promise<boolean> {
  const failure = code && JSON.stringify({ code, vendorCode: '', count: 1, errorId: '' });
  const moved = await tx.$queryRaw<EndedRun[]>`
    update "Run" set state = 'cancelled', "liveSyncId" = null, "finishedAt" = now(), "waitingSince" = null,
      failure = case when state = 'parked' then failure else coalesce(${failure}::jsonb, failure) end
    where id = ${runId}::uuid and state = any(${[...heldStates]})
    returning id, "workspaceId", "syncId", state, counts, "bucketBytes",
      options -> 'dryRun' = 'true'::jsonb as "isDry", failure ->> 'code' as code,
      extract(epoch from now() - "startedAt")::float8 as seconds`;
  await addUsage(tx, moved);
  await EventService.emit(tx, moved.map(endedEventOf));
  await tellFollowers(tx, [runId]);
  return moved.length > 0;
}

/** The run of a sync that has waited for a person so long that what it would do may be of yesterday. */
export async function longHeldRun(
  tx: Transaction,
  syncId: string,
  patienceMs: number,
): Promise<string | undefined> {
  const [run] = await tx.$queryRaw<{ id: string }[]>`
    select id from "Run"
    where "liveSyncId" = ${syncId}::uuid and state = any(${[...heldStates]})
      and "waitingSince" <= now() - make_interval(secs => ${patienceMs}::float8 / 1000)`;
  return run?.id;
}
