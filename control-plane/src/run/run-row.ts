import type { Transaction } from '../database/database.js';
import { guardsOfRun, heldBy } from './held-by.js';
import { pauseAfterCanary } from './pause-after-canary.js';
import { statesBefore } from './run-state.js';
import type { RunEnd } from './run-report.js';

/** The moves of a run, each a conditional update that belongs into the transaction that moves its job. */

export interface NewRun {
  syncId: string;
  trigger: 'schedule' | 'api' | 'ui';
  options: object;
  /** For a run that a schedule asked for. */
  slot?: Date;
}

/**
 * Queues a run of a sync's current version. Undefined when the sync has a live run, when the slot had its run, or when
 * the sync is gone: unique indexes decide, so that any number of starters agree.
 */
export async function insertRun(tx: Transaction, run: NewRun): Promise<string | undefined> {
  const [inserted] = await tx.$queryRaw<{ id: string }[]>`
    insert into "Run" (id, "workspaceId", "syncId", version, state, trigger, "liveSyncId", slot, options)
    select gen_random_uuid(), "workspaceId", id, version, 'queued', ${run.trigger}, id,
      ${run.slot ?? null}::timestamptz, ${JSON.stringify(run.options)}::jsonb
    from "Sync" where id = ${run.syncId}::uuid and "removedAt" is null
    on conflict do nothing
    returning id`;
  return inserted?.id;
}

/** An agent took it. */
export async function beginRun(tx: Transaction, runId: string): Promise<boolean> {
  const moved = await tx.$executeRaw`
    update "Run" set state = 'running', "startedAt" = coalesce("startedAt", now())
    where id = ${runId}::uuid and state = any(${statesBefore('running')})`;
  return moved > 0;
}

/** Its agent gave it back or fell silent: the next attempt counts from nothing. */
export async function requeueRun(tx: Transaction, runId: string): Promise<boolean> {
  const moved = await tx.$executeRaw`
    update "Run" set state = 'queued', "agentId" = null, phase = null, counts = null, phases = null, planned = 0,
      "rowsPerSecond" = null, "remainingMs" = null
    where id = ${runId}::uuid and state = any(${statesBefore('queued')})`;
  return moved > 0;
}

/**
 * What its agent said last. A plan that needs a person's word keeps the run alive, unless somebody has asked for its end
 * meanwhile: then this is its end.
 */
export async function endRun(tx: Transaction, runId: string, end: RunEnd): Promise<boolean> {
  if (end.state !== 'waiting_approval') {
    const moved = await settleRun(tx, runId, end);
    if (moved) await pauseAfterCanary(tx, runId);
    return moved;
  }
  if (!(await settleRun(tx, runId, end)))
    return settleRun(tx, runId, { ...end, state: 'cancelled' });
  await nameGuards(tx, runId, end);
  return true;
}

async function nameGuards(tx: Transaction, runId: string, end: RunEnd): Promise<void> {
  const guards = await guardsOfRun(tx, runId);
  if (!guards || !end.counts) return;
  const names = heldBy(guards, end.counts, end.baseline?.rows);
  await tx.run.update({ where: { id: runId }, data: { heldBy: names } });
}

async function settleRun(tx: Transaction, runId: string, end: RunEnd): Promise<boolean> {
  const json = (value: object | undefined): string | null => (value ? JSON.stringify(value) : null);
  const waits = end.state === 'waiting_approval';
  const moved = await tx.$executeRaw`
    update "Run" set state = ${end.state}, "liveSyncId" = case when ${waits} then "liveSyncId" end,
      "finishedAt" = case when ${waits} then null else now() end, "waitingSince" = case when ${waits} then now() end,
      phase = coalesce(${end.phase ?? null}, phase), "rowsPerSecond" = null, "remainingMs" = null,
      counts = coalesce(${json(end.counts)}::jsonb, counts), phases = coalesce(${json(end.phases)}::jsonb, phases),
      errors = ${json(end.errors)}::jsonb, failure = ${json(end.failure)}::jsonb,
      baseline = ${json(end.baseline)}::jsonb, "planDigest" = coalesce(${end.planDigest ?? null}, "planDigest"),
      "peakBytes" = ${end.peakBytes ?? null}::bigint, "bucketBytes" = ${end.bucketBytes ?? null}::bigint,
      resumed = ${end.resumed ?? 0}::bigint, "resentForMapping" = ${end.resentForMapping ?? 0}::bigint
    where id = ${runId}::uuid and state = any(${statesBefore(end.state)})
      and (not ${waits} or "cancelRequestedAt" is null)`;
  return moved > 0;
}

/** The moment is kept for people; the job's own request is what an agent is told. */
export async function requestRunCancel(tx: Transaction, runId: string): Promise<void> {
  await tx.$executeRaw`
    update "Run" set "cancelRequestedAt" = coalesce("cancelRequestedAt", now())
    where id = ${runId}::uuid and "finishedAt" is null`;
}
