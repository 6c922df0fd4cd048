import type { Clock } from '../clock.js';
import { Failure } from '../failure.js';
import { Rate } from './rate.js';
import type { Counts, Phase, Progress } from './sync-request.js';

export const noCounts: Counts = {
  queried: 0,
  unchanged: 0,
  added: 0,
  changed: 0,
  removed: 0,
  invalid: 0,
  sent: 0,
  skipped: 0,
  rejected: 0,
  withheld: 0,
  pending: 0,
  uncertain: 0,
};

/** Counts and times of one run, told on as they move. */
export class Meter {
  readonly counts: Counts = { ...noCounts };
  readonly phasesMs: Record<Phase, number> = {
    query: 0,
    snapshot: 0,
    diff: 0,
    plan: 0,
    deliver: 0,
    record: 0,
  };
  planned = 0;
  /** Rows that jobs under way say they are done with; how they ended is not known yet. */
  inJobs = 0;
  private phase: Phase = 'query';
  private since: number;
  private readonly rate = new Rate();
  /** Rows that the phase found ended when it began: skipped or refused by the plan. */
  private endedBefore = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onProgress: (progress: Progress) => void,
  ) {
    this.since = clock.monotonicMs();
    this.rate.restart(this.since, 0);
  }

  /** Ends the current phase and begins another. */
  enter(phase: Phase): void {
    this.stop();
    this.phase = phase;
    this.endedBefore = this.moved();
    this.rate.restart(this.since, this.endedBefore);
    this.tell();
  }

  stop(): void {
    const now = this.clock.monotonicMs();
    this.phasesMs[this.phase] += Math.round(now - this.since);
    this.since = now;
  }

  /** For as long as the run lives it is told of once a second, also while nothing moves: a standstill is news. */
  tellEverySecond(signal: AbortSignal): void {
    this.clock.every(1_000, () => this.tell(), signal);
  }

  /** Called whenever rows have moved; how often that is passed on is not decided here. */
  tell(): void {
    const now = this.clock.monotonicMs();
    const moved = this.moved();
    this.rate.note(now, moved);
    const perSecond = this.rate.perSecond(now, moved);
    const remainingMs = this.remainingMs(perSecond);
    const { phase, phasesMs } = this;
    this.onProgress({
      phase,
      counts: { ...this.counts },
      phasesMs: { ...phasesMs, [phase]: phasesMs[phase] + Math.round(now - this.since) },
      planned: this.planned,
      rowsPerSecond: Math.round(perSecond),
      ...(remainingMs === undefined ? {} : { remainingMs }),
    });
  }

  /** What the phase counts: rows that came from the query, or operations that have ended. */
  private moved(): number {
    const c = this.counts;
    if (this.phase !== 'deliver') return c.queried;
    return c.sent + c.skipped + c.rejected + c.uncertain + this.inJobs;
  }

  /** Nobody knows how many rows a query will give, so there is an end in sight only while operations are sent. */
  private remainingMs(perSecond: number): number | undefined {
    if (this.phase !== 'deliver' || perSecond <= 0) return undefined;
    const left = this.planned - (this.moved() - this.endedBefore);
    return Math.round((Math.max(0, left) / perSecond) * 1000);
  }

  /** Every row that did not end otherwise is pending. */
  leavePending(): void {
    const c = this.counts;
    const ended = c.sent + c.skipped + c.rejected + c.withheld + c.uncertain;
    c.pending = Math.max(0, c.added + c.changed + c.removed - ended);
  }

  /** Without a query nothing was queried, and the first sum has nothing to say. Invariant 8: no row is lost in the count, and none waits after a run that could send them all. */
  assertSums({ sendsAll, hasQuery = true }: { sendsAll: boolean; hasQuery?: boolean }): void {
    const c = this.counts;
    const found = hasQuery ? c.unchanged + c.added + c.changed + c.invalid : 0;
    const planned = c.added + c.changed + c.removed;
    const ended = c.sent + c.skipped + c.rejected + c.withheld + c.pending + c.uncertain;
    const isUnsound = c.pending < 0 || (sendsAll && c.pending > 0);
    if (c.queried !== found || planned !== ended || isUnsound)
      throw new Failure('INTERNAL', 'internal.sums', 'The counts of the run do not add up.', {
        detail: JSON.stringify(c),
      });
  }
}
