import type { Failure } from '../failure.js';

export const maxAttempts = 6;
const firstMs = 500;
const longestMs = 30_000;

/** Full jitter: anywhere between now and the exponential bound; never before the far side said. */
export function retryDelayMs(attempt: number, failure: Failure, random: () => number): number {
  const bound = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return failure.retryAfterMs + Math.round(random() * bound);
}
