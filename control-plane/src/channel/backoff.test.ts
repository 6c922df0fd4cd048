import { expect, it } from 'vitest';
import { maxAttempts, retryAfterMsOf, waitAfter } from './backoff.js';

it('waits longer each time, never less than it says, and ends', () => {
  const waits = Array.from({ length: maxAttempts }, (_, n) => waitAfter(maxAttempts - 1 - n, 0));
  expect(waits.at(-1)).toBeUndefined();
  const known = waits.slice(0, -1).map(Number);
  expect(known).toEqual(known.toSorted((a, b) => a - b));
  expect(known.reduce((sum, ms) => sum + ms, 0)).toBe((75 * 60 + 35) * 60_000 + 5_000);
  expect(waitAfter(maxAttempts - 1, 1)).toBe(6_000);
});

it('waits as long as the receiver asks, up to a day', () => {
  expect(waitAfter(9, 0, 60_000)).toBe(60_000);
  expect(waitAfter(9, 0, 1_000)).toBe(5_000);
  const now = new Date('2026-01-01T00:00:00Z');
  expect(retryAfterMsOf('120', now)).toBe(120_000);
  expect(retryAfterMsOf('999999999', now)).toBe(86_400_000);
  expect(retryAfterMsOf('Sat, 01 Jan 2028 00:00:00 GMT', now)).toBe(86_400_000);
  expect(retryAfterMsOf('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30_000);
  expect(retryAfterMsOf('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0);
  for (const header of [undefined, '-5', 'soon', '99999999999999'])
    expect(retryAfterMsOf(header, now)).toBe(0);
});
