import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import type { Transaction } from '../database/database.js';
import { assertPossible } from '../run/possible.js';
import type { RunOptions } from '../run/run-options.js';
import { insertRun, type NewRun } from '../run/run-row.js';
import { assertUndoable, planOfDryRun } from '../run/undoable.js';
import { syncNotFound } from '../sync/sync.service.js';
import { insertJob, poolIdOf } from './enqueue.js';
import { headStartMs, priorityIn } from './turn.js';

/** A run that somebody asks for by its sync's name. */
export interface WantedRunOf {
  sync: string;
  options: RunOptions;
}

/** A run in the queue, and the pool whose agents may be told of it. */
export interface QueuedRun {
  id: string;
  poolId: string;
}

/** With what it was started with, for the audit log. */
export interface StartedRun extends QueuedRun, WantedRunOf {}

/** Its sync has a live run, so that there is none to start. */
export class AlreadyLive extends AppError {
  constructor(
    message: string,
    readonly runId: string | undefined,
  ) {
    super('run.already_live', message);
  }
}

/** Queues a run of a sync's current version. `recordStart` follows. */
export async function queueRun(
  tx: Transaction,
  caller: Caller,
  { sync, options }: WantedRunOf,
): Promise<StartedRun> {
  const trigger = caller.by === 'key' ? 'api' : 'ui';
  const syncId = await lockSync(tx, caller, sync);
  await refusePaused(tx, syncId);
  await assertPossible(tx, syncId, options);
  const held = await heldToDryRun(tx, syncId, options);
  const queued = await insertWithJob(tx, { syncId, trigger, options: held });
  if (!queued) return alreadyLive(tx, syncId, sync);
  return { ...queued, sync, options: held };
}

/** Last: until the transaction ends nobody else of the workspace writes into the audit log. */
export async function recordStart(
  tx: Transaction,
  caller: Caller,
  { id, sync, options }: StartedRun,
): Promise<void> {
  const subject = { kind: 'run', id, name: sync };
  await AuditService.record(tx, caller, { action: 'run.start', subject, after: options });
}

/** Shared: many runs may start, but the configuration waits until they have. */
async function lockSync(tx: Transaction, { workspaceId }: Caller, name: string): Promise<string> {
  const [sync] = await tx.$queryRaw<{ id: string }[]>`
    select id from "Sync" where "workspaceId" = ${workspaceId}::uuid and name = ${name} and "removedAt" is null
    for share`;
  if (sync) return sync.id;
  throw syncNotFound(name);
}

/** By hand as by its schedule: nothing begins there until somebody resumes it. */
async function refusePaused(tx: Transaction, syncId: string): Promise<void> {
  const paused = await tx.destination.findFirst({
    where: { syncs: { some: { id: syncId } }, pausedAt: { not: null } },
    select: { name: true },
  });
  if (!paused) return;
  throw new AppError(
    'destination.paused',
    `The destination "${paused.name}" is paused. Resume it, then start the run.`,
  );
}

/** What is taken back is what a dry run has shown. */
async function heldToDryRun(
  tx: Transaction,
  syncId: string,
  options: RunOptions,
): Promise<RunOptions> {
  const { undo, dryRun } = options;
  if (!undo) return options;
  await assertUndoable(tx, syncId, undo);
  if (dryRun) return options;
  return {
    ...options,
    expectedPlan: await planOfDryRun(tx, { syncId, undo }, options.expectedPlan),
  };
}

/** Undefined when the sync has a live run. */
async function insertWithJob(tx: Transaction, run: NewRun): Promise<QueuedRun | undefined> {
  const sync = await tx.sync.findUnique({
    where: { id: run.syncId },
    select: {
      workspaceId: true,
      spec: true,
      model: { select: { source: { select: { poolName: true } } } },
    },
  });
  if (!sync?.model) return undefined;
  const { workspaceId, spec } = sync;
  const poolId = await poolIdOf(tx, workspaceId, sync.model.source.poolName);
  const id = await insertRun(tx, run);
  if (id === undefined) return undefined;
  const headStart = headStartMs({ isAskedFor: true, priority: priorityIn(spec) });
  const job = { workspaceId, poolId, kind: 'run_sync', runId: id } as const;
  await insertJob(tx, { ...job, headStartMs: headStart });
  return { id, poolId };
}

async function alreadyLive(tx: Transaction, syncId: string, name: string): Promise<never> {
  const live = await tx.run.findUnique({ where: { liveSyncId: syncId } });
  const held =
    live?.state === 'waiting_approval'
      ? 'waits for approval'
      : live?.state === 'parked' && 'is parked';
  const way = live?.state === 'parked' ? 'Release' : 'Approve';
  const message =
    held && live
      ? `A run of the sync "${name}" ${held}, ${live.id}. ${way} it or cancel it.`
      : `The sync "${name}" has a live run${live ? `, ${live.id}` : ''}. Wait for its end or cancel it.`;
  throw new AlreadyLive(message, live?.id);
}
