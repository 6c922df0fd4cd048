import { expect, it } from 'vitest';
import { Clock } from './clock.js';

const clock = new Clock();

it('never wakes early, not by a fraction of a millisecond', async () => {
  for (let n = 0; n < 30; n += 1) {
    const begunAt = performance.now();
    await clock.sleep(1.7);
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(1.7);
  }
});

it.each([2 ** 31, 2 ** 40, Infinity])('sleeps for as long as %d ms', async (ms) => {
  const waking = new AbortController();
  let isAwake = false;
  const sleep = clock.sleep(ms, waking.signal).finally(() => (isAwake = true));
  await clock.sleep(20);
  expect(isAwake).toBe(false);
  waking.abort(new Error('time to get up'));
  await expect(sleep).rejects.toThrow('time to get up');
});

it('does not fall asleep when it was woken before', async () => {
  await expect(clock.sleep(0, AbortSignal.abort(new Error('up')))).rejects.toThrow('up');
});
