import { Injectable, Logger } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import { DatabaseTime } from '../database/database-time.js';
import { queueRuns, type QueuedSlotRun } from '../job/queue-runs.js';
import { RunQueueService, type StoppedRun } from '../job/run-queue.service.js';
import type { QueuedRun } from '../job/start-run.js';
import { headStartMs, priorityIn } from '../job/turn.js';
import { mayStartAt, nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { beginSpan, traced } from '../trace.js';
import { busySyncs, nextSlot, setNextRuns, takeDueSyncs, type DueSync } from './due-syncs.js';
import { followingSlots, makeFollowersDue } from './following-slots.js';
import { isQueueing, slotChoice } from './slot-choice.js';
import { slotsOf, type Chosen } from './slot-outcome.js';
import { pruneSlots, writeSlots, type NewSlot } from './slot-row.js';

/** Bounds one transaction; what is left comes in the next. */
const batch = 200;

export interface Started {
  /** When it looked, by the database's clock. */
  at: Date;
  /** How many syncs were due. */
  due: number;
  queued: QueuedRun[];
  /** Runs that waited too long for approval and made room. */
  dropped: StoppedRun[];
  /** The slots that got no run, and why. */
  skipped: NewSlot[];
}

/**
 * Starts what is due: each slot once however many schedulers there are, by the sync's rules for what nobody could start in
 * time and for what comes while a run is live. A run that waits for approval counts as live for a day; then the next slot
 * ends it, since what it planned may no longer be so, and plans anew. So it is never sent by two runs, and no sync stands
 * still for ever because nobody looked.
 */
@Injectable()
export class SchedulerService {
  private readonly logger = new Logger(SchedulerService.name);

  constructor(
    private readonly database: Database,
    private readonly runs: RunQueueService,
    private readonly time: DatabaseTime,
  ) {}

  /** Until nothing is due. Answers in how many milliseconds the next slot comes; undefined when none does. */
  async startDue(signal: AbortSignal): Promise<number | undefined> {
    let at: Date | undefined;
    for (let due = batch; due === batch && !signal.aborted;) {
      const started = await traced(
        beginSpan('scheduler.round', {}),
        () => this.startBatch(),
        (done) => ({ count: done.due }),
      );
      ({ due, at } = started);
      await this.runs.announceStop(started.dropped);
      await this.runs.announce(started.queued);
      for (const { syncId, reason } of started.skipped)
        this.logger.warn({ syncId, reason }, 'A slot of a schedule got no run');
    }
    const next = at && (await nextSlot(this.database.system, at));
    return next && at && next.getTime() - at.getTime();
  }

  async startBatch(): Promise<Started> {
    return this.database.system.$transaction(async (tx) => {
      const now = await this.time.now(tx);
      await pruneSlots(tx, now);
      await makeFollowersDue(tx);
      const due = await takeDueSyncs(tx, now, batch);
      if (due.length === 0) return { at: now, due: 0, queued: [], dropped: [], skipped: [] };
      const dropped = await this.dropExpired(tx, due);
      const chosen = await chosenOf(tx, due, now);
      const queued = await queueRuns(tx, chosen.flatMap(slotRunOf));
      const settled = await settledOf(tx, chosen, queued);
      const slots = settled.flatMap((one) => slotsOf(one, queued, now));
      await writeSlots(tx, now, slots);
      const times = settled.map(({ sync, choice }) => ({ id: sync.id, next: choice.next }));
      await setNextRuns(tx, times);
      const skipped = slots.filter(({ outcome }) => outcome !== 'started');
      return { at: now, due: due.length, queued, dropped, skipped };
    });
  }

  private async dropExpired(tx: Transaction, due: readonly DueSync[]): Promise<StoppedRun[]> {
    const dropped: StoppedRun[] = [];
    for (const { id: syncId, workspaceId, isHeldLong } of due)
      if (isHeldLong) dropped.push(...(await this.runs.dropExpired(tx, { workspaceId, syncId })));
    return dropped;
  }
}

async function chosenOf(tx: Transaction, due: readonly DueSync[], now: Date): Promise<Chosen[]> {
  const isFollower = (sync: DueSync): boolean => syncEntryOf(sync).schedule.kind === 'after';
  const waiting = await followingSlots(
    tx,
    due.filter(isFollower).map(({ id }) => id),
  );
  return due.map((sync) => {
    const rules = syncEntryOf(sync);
    const following = waiting.get(sync.id) ?? [];
    const nextAfter = (instant: Date): Date | null =>
      isFollower(sync)
        ? (following.find(({ at }) => at > instant)?.at ?? null)
        : nextRunAt(rules.schedule, instant, sync);
    const mayStart = mayStartAt(rules.schedule, now);
    return {
      sync,
      following,
      mayStart,
      choice: slotChoice(rules, { ...sync, now, mayStart }, nextAfter),
    };
  });
}

function slotRunOf({ sync, choice }: Chosen) {
  const { id: syncId, poolId, spec } = sync;
  if (!choice.start || poolId === null) return [];
  const headStart = headStartMs({ isAskedFor: false, priority: priorityIn(spec) });
  return [{ syncId, poolId, slot: choice.start.at, headStartMs: headStart }];
}

type Queued = readonly QueuedSlotRun[];

/** Without the syncs that keep their slots and got a live run in this moment: they are due again when it ends. */
async function settledOf(
  tx: Transaction,
  chosen: readonly Chosen[],
  queued: Queued,
): Promise<Chosen[]> {
  const started = new Set(queued.map(({ syncId }) => syncId));
  const keeping = chosen
    .filter(({ sync, choice }) => choice.start && isQueueing(syncEntryOf(sync)))
    .map(({ sync }) => sync.id)
    .filter((id) => !started.has(id));
  if (keeping.length === 0) return [...chosen];
  const busy = await busySyncs(tx, keeping);
  return chosen.filter(
    ({ sync }) => started.has(sync.id) || !busy.has(sync.id) || !keeping.includes(sync.id),
  );
}
