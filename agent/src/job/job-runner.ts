// What becomes of an offer:
//
//   offered   known already (same job, same epoch): nothing; can't be done: refused; else accepted
//   running   under a lease that heartbeats renew
//   stopping  cancelled or draining: the run ends at its next safe point and is reported
//   lost      the lease is somebody else's: the run is aborted at once and nothing is said of it
//   finished  its result is in the outbox
import type { Offer } from '@drawbridge/proto';
import type { Clock } from '../clock.js';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { Logger } from '../logger.js';
import type { Desk, Line } from '../session/desk.js';
import { HeldLease } from '../session/lease.js';
import type { LeaseKey } from '../session/lease.js';
import { ProgressPace } from './progress.js';
import { wireProgressOf } from './sync-report.js';
import { wireFailureOf } from './wire-failure.js';
import type { WireFailure } from './wire-failure.js';
import type { Result, Work } from './work.js';

export interface JobRunnerParts {
  slots: number;
  /** Throws the Failure with which the offer is refused. */
  prepare: (offer: Offer) => Work;
  /** A failure that no report holds, its text kept in the bucket, where the offer's errors belong. */
  keepFailure: (failure: Failure, offer: Offer) => Promise<WireFailure>;
  line: Line;
  clock: Clock;
  logger: Logger;
  onFinished: (work: Work['kind'], result: Result) => void;
}

interface Job {
  offer: Offer;
  lease: HeldLease;
  work: Work;
  stopping: AbortController;
  done: Promise<void>;
}

/** Jobs remembered so that an offer heard again does nothing again. */
const memory = 10_000;

export class JobRunner implements Desk {
  private readonly running = new Map<string, Job>();
  private readonly refusing = new Set<Promise<void>>();
  private readonly heard = new Set<string>();
  private isDraining = false;

  constructor(private readonly parts: JobRunnerParts) {}

  get size(): number {
    return this.running.size;
  }

  freeSlots(): number {
    return this.isDraining ? 0 : Math.max(0, this.parts.slots - this.running.size);
  }

  leases(): HeldLease[] {
    return [...this.running.values()].flatMap(({ lease }) => (lease.isLost ? [] : [lease]));
  }

  offered(offer: Offer): void {
    const { line, logger, clock } = this.parts;
    if (!offer.lease || this.isKnown(offer.lease)) return;
    const { jobId, epoch } = offer.lease;
    this.loseFormer(offer.lease);
    try {
      const work = this.workOf(offer);
      line.say({ case: 'accepted', value: { lease: { jobId, epoch } } });
      crashPoint('job.accepted');
      logger.info('job.accepted', { jobId, epoch, ...work.ids });
      this.start(offer, work, new HeldLease({ jobId, epoch }, clock));
    } catch (error) {
      const refusal = this.refuse({ jobId, epoch }, offer, failureOf(error));
      this.refusing.add(refusal);
      void refusal.finally(() => this.refusing.delete(refusal));
    }
    // Renews the lease, without which nothing may be done under it; or says that there is room still.
    line.hurry();
  }

  cancelled(lease: LeaseKey): void {
    const job = this.running.get(keyOf(lease));
    if (!job || job.stopping.signal.aborted) return;
    this.parts.logger.info('job.cancelled', { jobId: lease.jobId, epoch: lease.epoch });
    job.stopping.abort(
      new Failure('CANCELLED', 'run.cancelled', 'Somebody asked for this run to be stopped.'),
    );
  }

  loseAll(): void {
    for (const { lease } of this.running.values()) lease.lose();
  }

  /** No new jobs; running ones end at their next safe point. Resolves when all have, and what they say is said. */
  async drain(): Promise<void> {
    this.isDraining = true;
    const reason = new Failure('CANCELLED', 'job.draining', 'The agent is being stopped.');
    for (const { stopping } of this.running.values()) stopping.abort(reason);
    await this.idle();
  }

  /** Resolves when nothing runs and nothing is about to be said. */
  async idle(): Promise<void> {
    await Promise.all([...this.refusing, ...[...this.running.values()].map(({ done }) => done)]);
  }

  private isKnown(lease: LeaseKey): boolean {
    const key = keyOf(lease);
    if (this.heard.has(key)) return true;
    this.heard.add(key);
    const [oldest] = this.heard;
    if (oldest !== undefined && this.heard.size > memory) this.heard.delete(oldest);
    return false;
  }

  /** A higher epoch says that an earlier lease of the job is over. */
  private loseFormer({ jobId, epoch }: LeaseKey): void {
    for (const { lease } of this.running.values())
      if (lease.jobId === jobId && lease.epoch < epoch) lease.lose();
  }

  /** At once, unless there is a text that must go to the bucket first. */
  private async refuse(lease: LeaseKey, offer: Offer, failure: Failure): Promise<void> {
    const { line, logger, keepFailure } = this.parts;
    logger.failure('job.refused', failure, lease);
    const kept =
      failure.detail === undefined ? wireFailureOf(failure) : await keepFailure(failure, offer);
    line.say({ case: 'refused', value: { lease, failure: kept } });
  }

  private workOf(offer: Offer): Work {
    if (this.isDraining)
      throw new Failure('TRANSIENT', 'job.draining', 'The agent is being stopped.');
    if (this.freeSlots() === 0)
      throw new Failure('TRANSIENT', 'job.no_room', 'The agent works on all it can.');
    return this.parts.prepare(offer);
  }

  private start(offer: Offer, work: Work, lease: HeldLease): void {
    const job: Job = {
      offer,
      lease,
      work,
      stopping: new AbortController(),
      done: Promise.resolve(),
    };
    this.running.set(keyOf(lease), job);
    job.done = this.work(job).finally(() => {
      lease.release();
      this.running.delete(keyOf(lease));
      this.parts.line.hurry();
    });
  }

  private async work(job: Job): Promise<void> {
    const { lease, work } = job;
    const { clock, logger } = this.parts;
    const ids = { jobId: lease.jobId, epoch: lease.epoch, ...work.ids };
    const begunAt = clock.monotonicMs();
    const result = await this.resultOf(job);
    if (lease.isLost) return logger.warn('job.lease_lost', ids);
    const durationMs = Math.round(clock.monotonicMs() - begunAt);
    logger.info('job.finished', { ...ids, outcome: result.case ?? '', durationMs });
    this.report(job, result);
  }

  private async resultOf({ offer, lease, work, stopping }: Job): Promise<Result> {
    const { line, clock, logger } = this.parts;
    const { jobId, epoch } = lease;
    const over = new AbortController();
    const pace = new ProgressPace(
      (progress) => line.mention({ lease: { jobId, epoch }, ...wireProgressOf(progress) }),
      clock,
      AbortSignal.any([over.signal, lease.signal]),
    );
    const signal = AbortSignal.any([stopping.signal, lease.signal]);
    try {
      await lease.whenTrusted(signal);
      return await work.run({ lease, signal, onProgress: pace.note });
    } catch (error) {
      const failure = failureOf(error);
      if (lease.isLost) return { case: 'failure', value: wireFailureOf(failure) };
      logger.failure('job.failed', failure, { jobId, epoch, ...work.ids });
      return { case: 'failure', value: await this.parts.keepFailure(failure, offer) };
    } finally {
      pace.end();
      over.abort();
    }
  }

  /** What the protocol has no room for is a bug of ours, and still the end of the job. */
  private report({ lease: { jobId, epoch }, work }: Job, result: Result): void {
    const { line, logger, onFinished } = this.parts;
    const lease = { jobId, epoch };
    crashPoint('job.report');
    try {
      line.say({ case: 'finished', value: { lease, result } });
      crashPoint('job.reported');
      onFinished(work.kind, result);
    } catch (error) {
      const failure = failureOf(error);
      logger.failure('job.unreportable', failure, lease);
      const value = { lease, result: { case: 'failure' as const, value: wireFailureOf(failure) } };
      line.say({ case: 'finished', value });
    }
  }
}

function keyOf({ jobId, epoch }: LeaseKey): string {
  return `${jobId}:${epoch}`;
}
