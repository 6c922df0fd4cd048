import { expect, it } from 'vitest';
import { mailWait } from './mail-wait.js';

const minute = 60_000;

/** Until it is given up. */
function waits(livesMs: number, random = 0): number[] {
  const all: number[] = [];
  for (let leftMs = livesMs; ;) {
    const waitMs = mailWait(all.length + 1, leftMs, random);
    if (waitMs === undefined) return all;
    all.push(waitMs);
    leftMs -= waitMs;
  }
}

it('tries again soon, then seldom, and never when its link has ended', () => {
  expect(waits(60 * minute)).toEqual([5_000, 20_000, 80_000, 320_000, 1_280_000]);
  const week = waits(7 * 24 * 60 * minute, 1);
  expect(Math.max(...week)).toBe(72 * minute);
  expect(week.length).toBeLessThan(200);
  expect(mailWait(1, 0, 0)).toBeUndefined();
  expect(mailWait(10_000, Number.MAX_SAFE_INTEGER, 0)).toBe(60 * minute);
});
