import { AppError } from '../app-error.js';

/** Requests that a workspace may ask of one process at once, and how many come back each second. */
const most = 100;
const perSecond = 20;
/** Answers that a workspace may wait for at once, of one process: each looks at the database now and then. */
const mostWaits = 200;
/** What was not asked for so long is full again, and need not be remembered. */
const fullAfterMs = (most / perSecond) * 1_000;

interface Bucket {
  left: number;
  atMs: number;
}

/**
 * How often each workspace may ask, so that one that loops does not slow down the others. Each process counts for itself: with
 * three of them a workspace may ask three times as often. What is to be spared is the database, and a count in it would be a
 * write for each request, on one row of the very workspace that asks too much; sign-in, where the number itself is the guard,
 * counts there.
 */
export class Allowance {
  private readonly buckets = new Map<string, Bucket>();
  private readonly waits = new Map<string, number>();

  /** Zero, or how many milliseconds to wait. */
  take(workspaceId: string, nowMs: number): number {
    const { left, atMs } = this.buckets.get(workspaceId) ?? { left: most, atMs: nowMs };
    const full = Math.min(most, left + ((nowMs - atMs) / 1_000) * perSecond);
    this.buckets.delete(workspaceId);
    this.buckets.set(workspaceId, { left: full < 1 ? full : full - 1, atMs: nowMs });
    this.forget(nowMs);
    return full < 1 ? Math.ceil(((1 - full) / perSecond) * 1_000) : 0;
  }

  /** Throws AppError `rest.too_many_waits`. */
  async during<Result>(workspaceId: string, wait: () => Promise<Result>): Promise<Result> {
    const waiting = this.waits.get(workspaceId) ?? 0;
    if (waiting >= mostWaits)
      throw new AppError(
        'rest.too_many_waits',
        `The workspace waits for ${mostWaits} answers at once already.`,
      );
    this.waits.set(workspaceId, waiting + 1);
    try {
      return await wait();
    } finally {
      const left = (this.waits.get(workspaceId) ?? 1) - 1;
      if (left > 0) this.waits.set(workspaceId, left);
      else this.waits.delete(workspaceId);
    }
  }

  /** The oldest come first in the map. */
  private forget(nowMs: number): void {
    for (const [workspaceId, { atMs }] of this.buckets) {
      if (nowMs - atMs < fullAfterMs) return;
      this.buckets.delete(workspaceId);
    }
  }
}
