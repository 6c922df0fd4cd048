import { expect, it } from 'vitest';
import { systemClock } from './clock.js';

it('never wakes early, not by a fraction of a millisecond', async () => {
  for (let n = 0; n < 30; n += 1) {
    const begunAt = performance.now();
    await systemClock.sleep(1.7);
    expect(performance.now() - begunAt).toBeGreaterThanOrEqual(1.7);
  }
});

it.each([2 ** 31, 2 ** 40, Infinity])('sleeps for as long as %d ms', async (ms) => {
  const waking = new AbortController();
  let isAwake = false;
  const sleep = systemClock.sleep(ms, waking.signal).finally(() => (isAwake = true));
  await systemClock.sleep(20);
  expect(isAwake).toBe(false);
  waking.abort(new Error('time to get up'));
  await expect(sleep).rejects.toThrow('time to get up');
});

it('does not fall asleep when it was woken before', async () => {
  await expect(systemClock.sleep(0, AbortSignal.abort(new Error('up')))).rejects.toThrow('up');
});

it('acts again and again until it is told to stop, and not once more', async () => {
  const stop = new AbortController();
  const third = Promise.withResolvers<void>();
  let acts = 0;
  systemClock.every(
    1,
    () => {
      if (++acts !== 3) return;
      stop.abort();
      third.resolve();
    },
    stop.signal,
  );
  await third.promise;
  await systemClock.sleep(10);
  expect(acts).toBe(3);
});

it('does not begin with what was stopped before', async () => {
  let acts = 0;
  systemClock.every(1, () => void (acts += 1), AbortSignal.abort());
  await systemClock.sleep(10);
  expect(acts).toBe(0);
});
