import { expect, it } from 'vitest';
import { awakeOrNot, systemClock } from './clock.js';

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

function threeClocks() {
  const at = { wall: 1_000_000, awake: 50, boot: 7_000 };
  const monotonicMs = awakeOrNot({
    wallMs: () => at.wall,
    awakeMs: () => at.awake,
    bootMs: () => at.boot,
  });
  const pass = (ms: number): void => {
    at.wall += ms;
    at.awake += ms;
    at.boot += ms;
  };
  return { at, monotonicMs, pass };
}

it('goes on while the machine sleeps, so that no lease outlives a suspension (invariant 4)', () => {
  const { at, monotonicMs, pass } = threeClocks();
  pass(40);
  expect(monotonicMs()).toBe(90);
  for (const asleepMs of [3_600_000, 30_000]) {
    const before = monotonicMs();
    at.wall += asleepMs;
    at.boot += asleepMs;
    expect(monotonicMs()).toBe(before + asleepMs);
  }
});

it.each([86_400_000, -86_400_000])('does not mind that somebody sets the clock by %d ms', (ms) => {
  const { at, monotonicMs, pass } = threeClocks();
  at.wall += ms;
  expect(monotonicMs()).toBe(50);
  pass(10);
  expect(monotonicMs()).toBe(60);
});

it('never goes back, whatever the other clocks round', () => {
  const { at, monotonicMs, pass } = threeClocks();
  at.wall += 60_000;
  at.boot += 60_000;
  const last = monotonicMs();
  at.wall += 500;
  at.boot -= 9;
  pass(1);
  expect(monotonicMs()).toBe(last + 1);
});
