import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import type { RunOptions } from '../run/run-options.js';
import { dropHeldRun, longHeldRun } from '../run/approval-row.js';
import { heldStates } from '../run/run-state.js';
import { endRun, requestRunCancel } from '../run/run-row.js';
import { cancelJobOfRun, lockJobsOfRuns } from './cancel.js';
import { lockJobOfRun } from './requeue.js';
import { queueRun, recordStart, type QueuedRun } from './start-run.js';

/** A person gets at least so long to approve a plan before a slot of the schedule replaces it: a day and a night. */
export const approvalPatienceMs = 24 * 3_600_000;

/** A run that an agent must be told to stop. */
export interface StoppedRun {
  workspaceId: string;
  runId: string;
  jobId?: string;
  agentId?: string;
}

/** Puts runs into the queue and takes them out of it: a run and its job begin and end in one transaction. */
@Injectable()
export class RunQueueService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  /** Starts a run of a sync's current version and answers with its id; one that has a live run is refused. */
  async start(caller: Caller, sync: string, options: RunOptions): Promise<string> {
    const queued = await this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const run = await queueRun(tx, caller, { sync, options });
      await recordStart(tx, caller, run);
      return run;
    });
    await this.announce([queued]);
    return queued.id;
  }

  /** After the transaction that queued them. */
  async announce(runs: readonly QueuedRun[]): Promise<void> {
    for (const poolId of new Set(runs.map((run) => run.poolId)))
      await this.notices.publish({ kind: 'job_queued', poolId });
  }

  /** At once when it waits; otherwise its agent stops at the next safe point. Again, or too late, does nothing. */
  async cancel(caller: Caller, runId: string): Promise<void> {
    const { workspaceId } = caller;
    const stopped = await this.database.of(workspaceId).$transaction(async (tx) => {
      const run = isUuid(runId) && (await tx.run.findFirst({ where: { id: runId, workspaceId } }));
      if (!run) throw new AppError('run.not_found', 'There is no such run.');
      const before = { state: run.state };
      const result = await stopRun(tx, { workspaceId, runId });
      if (run.finishedAt === null)
        await AuditService.record(tx, caller, {
          action: 'run.cancel',
          subject: { kind: 'run', id: runId },
          before,
        });
      return result;
    });
    await this.announceStop([stopped]);
  }

  /** For syncs that leave the configuration; `announceStop` follows the transaction. */
  async cancelLive(tx: Transaction, syncIds: readonly string[]): Promise<StoppedRun[]> {
    const runs = await tx.run.findMany({
      where: { liveSyncId: { in: [...syncIds] } },
      select: { id: true, workspaceId: true },
    });
    await lockJobsOfRuns(
      tx,
      runs.map(({ id }) => id),
    );
    const stopped: StoppedRun[] = [];
    for (const { id, workspaceId } of runs)
      stopped.push(await stopRun(tx, { workspaceId, runId: id }));
    return stopped;
  }

  /** What a sync said before is nothing to approve or to release; `announceStop` follows the transaction. */
  async dropWaiting(tx: Transaction, syncIds: readonly string[]): Promise<StoppedRun[]> {
    const runs = await tx.run.findMany({
      where: { liveSyncId: { in: [...syncIds] }, state: { in: [...heldStates] } },
      select: { id: true, workspaceId: true },
    });
    const dropped: StoppedRun[] = [];
    for (const { id: runId, workspaceId } of runs)
      if (await dropHeldRun(tx, runId, 'run.superseded')) dropped.push({ workspaceId, runId });
    return dropped;
  }

  /** For a slot of a schedule: what has waited since yesterday makes room for a plan of today. */
  async dropExpired(
    tx: Transaction,
    { workspaceId, syncId }: { workspaceId: string; syncId: string },
  ): Promise<StoppedRun[]> {
    const runId = await longHeldRun(tx, syncId, approvalPatienceMs);
    if (!runId || !(await dropHeldRun(tx, runId, 'run.approval_expired'))) return [];
    return [{ workspaceId, runId }];
  }

  async announceStop(runs: readonly StoppedRun[]): Promise<void> {
    for (const { workspaceId, runId, jobId, agentId } of runs) {
      if (jobId && agentId) await this.notices.publish({ kind: 'job_cancelled', agentId, jobId });
      await this.notices.publish({ kind: 'run_updated', workspaceId, runId });
    }
  }
}

/** The job first, as everywhere, so that two of these never wait for each other. */
async function stopRun(tx: Transaction, run: StoppedRun): Promise<StoppedRun> {
  await lockJobOfRun(tx, run.workspaceId, run.runId);
  const job = await cancelJobOfRun(tx, run.runId);
  if (!job) await dropHeldRun(tx, run.runId, null);
  else if (job.state === 'finished') await endRun(tx, run.runId, { state: 'cancelled' });
  else await requestRunCancel(tx, run.runId);
  return job?.agentId ? { ...run, jobId: job.id, agentId: job.agentId } : run;
}
