import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

it('doubles what it may wait, up to ten seconds', () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 9 }, () => backoff.nextMs(0));
  expect(waits).toEqual([1, 2, 4, 8, 10, 10, 10, 10, 10].map((seconds) => seconds * 1000));
});

it('waits anything between nothing and that', () => {
  expect(new Backoff(() => 0).nextMs(0)).toBe(0);
  expect(new Backoff(() => 0.5).nextMs(0)).toBe(500);
});

it('begins again after a session that held, not after one that was cut at once', () => {
  const backoff = new Backoff(() => 1);
  for (let n = 0; n < 5; n += 1) backoff.nextMs(0);
  expect(backoff.nextMs(1_000)).toBe(10_000);
  expect(backoff.nextMs(60_000)).toBe(1_000);
});
