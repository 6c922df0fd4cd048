import type { Transaction } from '../database/database.js';
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
    update "Run" set state = 'queued', "agentId" = null, phase = null, counts = null, phases = null, planned = 0
    where id = ${runId}::uuid and state = any(${statesBefore('queued')})`;
  return moved > 0;
}

export async function endRun(tx: Transaction, runId: string, end: RunEnd): Promise<boolean> {
  const json = (value: object | undefined): string | null => (value ? JSON.stringify(value) : null);
  const moved = await tx.$executeRaw`
    update "Run" set state = ${end.state}, "liveSyncId" = null, "finishedAt" = now(),
      phase = coalesce(${end.phase ?? null}, phase),
      counts = coalesce(${json(end.counts)}::jsonb, counts), phases = coalesce(${json(end.phases)}::jsonb, phases),
      errors = ${json(end.errors)}::jsonb, failure = ${json(end.failure)}::jsonb,
      baseline = ${json(end.baseline)}::jsonb,
      "peakBytes" = ${end.peakBytes ?? null}::bigint, "bucketBytes" = ${end.bucketBytes ?? null}::bigint
    where id = ${runId}::uuid and state = any(${statesBefore(end.state)})`;
  return moved > 0;
}

/** The moment is kept for people; the job's own request is what an agent is told. */
export async function requestRunCancel(tx: Transaction, runId: string): Promise<void> {
  await tx.$executeRaw`
    update "Run" set "cancelRequestedAt" = coalesce("cancelRequestedAt", now())
    where id = ${runId}::uuid and "finishedAt" is null`;
}
