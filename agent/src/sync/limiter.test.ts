import { describe, expect, it } from 'vitest';
import { eagerClock } from '../testing/engine.js';
import { Limiter } from './limiter.js';

const never = new AbortController().signal;

describe('the limiter', () => {
  it('lets only so many in at once, in the order in which they came', async () => {
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 2 }, eagerClock);
    const order: number[] = [];
    const leaves: (() => void)[] = [];
    const all = Array.from({ length: 5 }, async (_, n) => {
      leaves.push(await limiter.enter(never));
      order.push(n);
    });
    await Promise.all(all.slice(0, 2));
    expect(order).toEqual([0, 1]);
    for (let n = 0; n < 3; n += 1) {
      leaves[n]?.();
      await all[n + 2];
    }
    expect(order).toEqual([0, 1, 2, 3, 4]);
  });

  it('gives the turn of one that was cancelled to the next', async () => {
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 1 }, eagerClock);
    const leave = await limiter.enter(never);
    const cancelled = new AbortController();
    const second = limiter.enter(cancelled.signal);
    const third = limiter.enter(never);
    cancelled.abort();
    await expect(second).rejects.toThrow('aborted');
    leave();
    (await third)();
  });

  it('passes a turn on that came together with the cancelling', async () => {
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 1 }, eagerClock);
    const leave = await limiter.enter(never);
    const cancelled = new AbortController();
    const second = limiter.enter(cancelled.signal);
    const third = limiter.enter(never);
    leave();
    cancelled.abort();
    await expect(second).rejects.toThrow('aborted');
    (await third)();
  });

  it('spaces requests out, and further after a slow-down', async () => {
    const waits: number[] = [];
    const clock = {
      now: () => 0,
      monotonicMs: () => 0,
      sleep: async (ms: number) => void waits.push(ms),
    };
    const limiter = new Limiter({ requestsPerSecond: 10, concurrency: 0 }, clock);
    for (let n = 0; n < 3; n += 1) (await limiter.enter(never))();
    limiter.slowDown();
    for (let n = 0; n < 2; n += 1) (await limiter.enter(never))();
    expect(waits).toEqual([100, 200, 300, 500]);
  });
});
