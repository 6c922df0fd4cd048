import type { Transaction } from '../database/database.js';
import { EventService } from '../event/event.service.js';
import { guardsOfRun, heldBy } from './held-by.js';
import { tellFollowers } from './followers.js';
import { pauseAfterCanary } from './pause-after-canary.js';
import { leasedStates, statesBefore, type RunState } from './run-state.js';
import type { RunEnd, RunProblem } from './run-report.js';
import { endedEventOf, type EndedRun } from './run-event.js';
import { addUsage } from './usage-row.js';

/** The moves of a run, each a conditional update that belongs into the transaction that moves its job. */

export interface NewRun {
  syncId: string;
  trigger: 'api' | 'ui';
  options: object;
}

/**
 * Queues a run of a sync's current version that somebody asked for. Undefined when the sync has a live run, or when it is
 * gone: a unique index decides, so that any number of starters agree.
 */
export async function insertRun(tx: Transaction, run: NewRun): Promise<string | undefined> {
  const [inserted] = await tx.$queryRaw<{ id: string; workspaceId: string }[]>`
    insert into "Run" (id, "workspaceId", "syncId", version, state, trigger, "liveSyncId", options)
    select gen_random_uuid(), "workspaceId", id, version, 'queued', ${run.trigger}, id,
      ${JSON.stringify(run.options)}::jsonb
    from "Sync" where id = ${run.syncId}::uuid and "removedAt" is null
    on conflict do nothing
    returning id, "workspaceId"`;
  if (!inserted) return undefined;
  const { id: runId, workspaceId } = inserted;
  const { syncId, trigger } = run;
  await EventService.emit(tx, [
    { kind: 'run.queued', workspaceId, syncId, runId, detail: { trigger } },
  ]);
  return runId;
}

/** A run that a statement has moved. */
export interface MovedRun {
  id: string;
  workspaceId: string;
  syncId: string;
  state: string;
}

/** Agents took them. Only the first agent to take a run starts it; another one goes on with it. */
export async function beginRuns(tx: Transaction, runIds: readonly string[]): Promise<MovedRun[]> {
  const moved = await tx.$queryRaw<(MovedRun & { isFirst: boolean })[]>`
    update "Run" set state = 'running', "startedAt" = coalesce("startedAt", now())
    where id = any(${[...runIds]}::uuid[]) and state = any(${statesBefore('running')})
    returning id, "workspaceId", "syncId", state, "startedAt" = now()::timestamptz(3) as "isFirst"`;
  const started = moved.filter(({ isFirst }) => isFirst);
  await EventService.emit(
    tx,
    started.map(({ id: runId, workspaceId, syncId }) => ({
      kind: 'run.started',
      workspaceId,
      syncId,
      runId,
      detail: {},
    })),
  );
  return moved;
}

/** Its agent gave it back: the next attempt counts from nothing. */
export async function requeueRun(tx: Transaction, runId: string): Promise<boolean> {
  const moved = await tx.$executeRaw`
    update "Run" set state = 'queued', "agentId" = null, phase = null, counts = null, phases = null, planned = 0,
      "rowsPerSecond" = null, "remainingMs" = null
    where id = ${runId}::uuid and state = any(${[...leasedStates]})`;
  return moved > 0;
}

/** A lease that ran out while an agent had the run. */
export interface Lapse {
  agentId: string;
  leasedAt: Date;
  lapsedAt: Date;
}

/** Its agent fell silent: another one tries from nothing, or, when that has happened too often, it waits for a person. */
export async function lapseRun(
  tx: Transaction,
  runId: string,
  { lapse, parks }: { lapse: Lapse; parks: RunProblem | null },
): Promise<boolean> {
  const to: RunState = parks ? 'parked' : 'queued';
  const moved = await tx.$queryRaw<{ workspaceId: string; syncId: string }[]>`
    update "Run" set state = ${to}, phase = case when ${parks !== null} then phase end,
      "agentId" = case when ${parks !== null} then "agentId" end, counts = null, phases = null, planned = 0,
      "rowsPerSecond" = null, "remainingMs" = null, failure = ${parks && JSON.stringify(parks)}::jsonb,
      "waitingSince" = case when ${parks !== null} then now() end,
      lapses = coalesce(lapses, '[]'::jsonb) || ${JSON.stringify([lapse])}::jsonb
    where id = ${runId}::uuid and state = any(${[...leasedStates]})
    returning "workspaceId", "syncId"`;
  const { agentId } = lapse;
  const parked = moved.filter(() => parks !== null);
  await EventService.emit(
    tx,
    parked.map((run) => ({ kind: 'run.parked', ...run, runId, agentId, detail: {} })),
  );
  return moved.length > 0;
}

export interface EndingRun {
  runId: string;
  end: RunEnd;
}

/**
 * What their agents said last: the one place where runs end. Answers with those that did, or that wait from now on. A plan
 * that needs a person's word keeps its run alive, unless somebody has asked for its end meanwhile: then this is its end.
 */
export async function endRuns(tx: Transaction, ending: readonly EndingRun[]): Promise<MovedRun[]> {
  const moved = await settleRuns(tx, ending);
  const ids = new Set(moved.map(({ id }) => id));
  const asked = ending.filter(
    ({ runId, end }) => end.state === 'waiting_approval' && !ids.has(runId),
  );
  if (asked.length > 0) moved.push(...(await settleRuns(tx, asked.map(cancelledInstead))));
  for (const { runId, end } of ending)
    if (end.state === 'waiting_approval' && ids.has(runId)) await nameGuards(tx, runId, end);
  const canaries = moved.filter(({ isCanary }) => isCanary);
  for (const { id } of canaries) await pauseAfterCanary(tx, id);
  await addUsage(tx, moved);
  await EventService.emit(tx, moved.map(endedEventOf));
  await tellFollowers(
    tx,
    moved.map(({ id }) => id),
  );
  return moved;
}

/** One alone; false when it was over. */
export async function endRun(tx: Transaction, runId: string, end: RunEnd): Promise<boolean> {
  return (await endRuns(tx, [{ runId, end }])).length > 0;
}

const cancelledInstead = ({ runId, end }: EndingRun): EndingRun => ({
  runId,
  end: { ...end, state: 'cancelled' },
});

async function nameGuards(tx: Transaction, runId: string, end: RunEnd): Promise<void> {
  const guards = await guardsOfRun(tx, runId);
  if (!guards || !end.counts) return;
  const names = heldBy(guards, end.counts, end.baseline?.rows);
  await tx.run.update({ where: { id: runId }, data: { heldBy: names } });
}

function settleRuns(
  tx: Transaction,
  ending: readonly EndingRun[],
): Promise<(EndedRun & { isCanary: boolean })[]> {
  const rows = ending.map(({ runId, end }) => ({
    ...end,
    id: runId,
    before: statesBefore(end.state),
    waits: end.state === 'waiting_approval',
  }));
  return tx.$queryRaw`
    update "Run" as run set state = said.state, "liveSyncId" = case when said.waits then run."liveSyncId" end,
      "finishedAt" = case when said.waits then null else now() end, "waitingSince" = case when said.waits then now() end,
      phase = coalesce(said.phase, run.phase), "rowsPerSecond" = null, "remainingMs" = null,
      counts = coalesce(said.counts, run.counts), phases = coalesce(said.phases, run.phases),
      errors = said.errors, failure = said.failure, baseline = said.baseline,
      "planDigest" = coalesce(said."planDigest", run."planDigest"),
      "policyDigest" = coalesce(said."policyDigest",
        (select nullif(agent."policyDigest", '') from "Agent" as agent where said.counts is null and agent.id = run."agentId")),
      "peakBytes" = said."peakBytes",
      "bucketBytes" = said."bucketBytes", resumed = coalesce(said.resumed, 0),
      "resentForMapping" = coalesce(said."resentForMapping", 0)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
      id uuid, state text, before text[], waits boolean, phase text, counts jsonb, phases jsonb, errors jsonb,
      failure jsonb, baseline jsonb, "planDigest" text, "policyDigest" text, "peakBytes" bigint, "bucketBytes" bigint, resumed bigint,
      "resentForMapping" bigint)
    where run.id = said.id and run.state = any(said.before)
      and (not said.waits or run."cancelRequestedAt" is null)
    returning run.id, run."workspaceId", run."syncId", run.state, run.options ? 'canary' as "isCanary",
      run.options -> 'dryRun' = 'true'::jsonb as "isDry", run."bucketBytes", run.counts, run.failure ->> 'code' as code, extract(epoch from now() - run."startedAt")::float8 as seconds`;
}

/** The moment is kept for people; the job's own request is what an agent is told. */
export async function requestRunCancel(tx: Transaction, runId: string): Promise<void> {
  await tx.$executeRaw`
    update "Run" set "cancelRequestedAt" = coalesce("cancelRequestedAt", now())
    where id = ${runId}::uuid and "finishedAt" is null`;
}
