import type { Failure } from '../failure.js';

export const maxAttempts = 6;
const firstMs = 500;
const longestMs = 30_000;
/** Nobody is served by a run that sleeps through its next slots with a place at the agent. */
const longestWishMs = 5 * 60_000;

/**
 * Full jitter: anywhere between now and the exponential bound; never before the far side said. Throws the failure when
 * the far side asks for more than 5 minutes: the run ends, what was taken is recorded, and a later run sends the rest.
 */
export function retryDelayMs(attempt: number, failure: Failure, random: () => number): number {
  if (failure.retryAfterMs > longestWishMs) throw failure;
  const bound = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return failure.retryAfterMs + Math.round(random() * bound);
}
