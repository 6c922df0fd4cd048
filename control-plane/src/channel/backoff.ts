/** Waits between the attempts, as Standard Webhooks 1.0.0 recommends: 75 h 35 min in all, before jitter. */
const waitsMs = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map(
  (seconds) => seconds * 1_000,
);

export const maxAttempts = waitsMs.length + 1;

const mostRetryAfterMs = 86_400_000;

/**
 * How long until the next attempt; undefined when there is none. `random` from 0 to 1 spreads it over a fifth of the wait.
 * What the receiver asks for counts when it is longer.
 */
export function waitAfter(
  attemptsLeft: number,
  random: number,
  retryAfterMs = 0,
): number | undefined {
  const waitMs = waitsMs[maxAttempts - attemptsLeft - 1];
  if (attemptsLeft < 1 || waitMs === undefined) return undefined;
  return Math.max(Math.round(waitMs * (1 + random / 5)), retryAfterMs);
}

/** Of a Retry-After header: seconds, or a date; a day at most. 0 when it says nothing that can be understood. */
export function retryAfterMsOf(header: string | undefined, now: Date): number {
  if (header === undefined) return 0;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now.getTime();
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(0, ms), mostRetryAfterMs);
}
