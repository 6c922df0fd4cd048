import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { Database, type Transaction } from '../database/database.js';
import { ordinary } from '../run/run-options.js';
import { RunQueueService, type QueuedRun, type StoppedRun } from '../job/run-queue.service.js';
import { nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { setNextRunAt, takeDueSyncs, type DueSync } from './due-syncs.js';

/** Bounds one transaction; what is left comes in the next. */
const batch = 50;

export interface Started {
  /** How many syncs were due. */
  due: number;
  queued: QueuedRun[];
  /** Runs that waited too long for approval and made room. */
  dropped: StoppedRun[];
  /** The syncs that got no run for this slot, and why. */
  skipped: { syncId: string; reason: string }[];
}

/**
 * Starts what is due: one run a slot however many schedulers there are, one run for all slots that were missed while
 * nobody looked, and none while the sync still runs. A run that waits for approval counts as running for a day; then the
 * next slot ends it, since what it planned may no longer be so, and plans anew. So it is never sent by two runs, and no
 * sync stands still for ever because nobody looked.
 */
@Injectable()
export class SchedulerService {
  private readonly logger = new Logger(SchedulerService.name);

  constructor(
    private readonly database: Database,
    private readonly runs: RunQueueService,
  ) {}

  /** Until nothing is due. */
  async startDue(signal: AbortSignal): Promise<void> {
    for (let due = batch; due === batch && !signal.aborted;) {
      const started = await this.startBatch();
      due = started.due;
      await this.runs.announceStop(started.dropped);
      await this.runs.announce(started.queued);
      for (const skipped of started.skipped)
        this.logger.warn(skipped, 'A slot of a schedule was skipped');
    }
  }

  async startBatch(): Promise<Started> {
    return this.database.$transaction(async (tx) => {
      const due = await takeDueSyncs(tx, batch);
      const started: Started = {
        due: due.length,
        queued: [],
        dropped: [],
        skipped: [],
      };
      for (const sync of due) await this.startSlot(tx, sync, started);
      return started;
    });
  }

  private async startSlot(tx: Transaction, sync: DueSync, started: Started): Promise<void> {
    const { id: syncId, workspaceId, slot, now } = sync;
    await setNextRunAt(tx, syncId, nextRunAt(syncEntryOf(sync).schedule, now, sync));
    try {
      started.dropped.push(...(await this.runs.dropExpired(tx, { workspaceId, syncId })));
      const run = { syncId, trigger: 'schedule', options: ordinary, slot } as const;
      const queued = await this.runs.queue(tx, run);
      if (queued) started.queued.push(queued);
      else started.skipped.push({ syncId, reason: 'run.already_live' });
    } catch (error) {
      // One sync that can't be started must not hold up the others.
      if (!(error instanceof AppError)) throw error;
      started.skipped.push({ syncId, reason: error.code });
    }
  }
}
