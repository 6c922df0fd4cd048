import type { Failure } from '../failure.js';

const maxAttempts = 6;
const firstMs = 500;
const longestMs = 30_000;
/** Nobody is served by a run that sleeps through its next slots with a place at the agent. */
export const longestWishMs = 5 * 60_000;
/** What a single batch may be asked to wait, all in all. */
const longestWaitMs = 15 * 60_000;

/**
 * How often and how long one batch is tried. Full jitter: anywhere between now and the exponential bound; never before
 * the far side said. Where it did say, waiting uses up no attempt.
 */
export class Patience {
  private attempts = 0;
  private waitedMs = 0;

  /**
   * Throws the failure after the last attempt, and when the far side asks for more than 5 minutes, or for more than 15
   * in all: the run ends, what was taken is recorded, and a later run sends the rest.
   */
  delayMs(failure: Failure, random: () => number): number {
    const wishMs = failure.retryAfterMs;
    this.waitedMs += wishMs;
    if (wishMs > longestWishMs || this.waitedMs > longestWaitMs) throw failure;
    if (wishMs === 0) this.attempts += 1;
    if (this.attempts >= maxAttempts) throw failure;
    const bound = Math.min(longestMs, firstMs * 2 ** Math.max(0, this.attempts - 1));
    return wishMs + Math.round(random() * bound);
  }
}
