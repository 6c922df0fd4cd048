import { describe, expect, it } from 'vitest';
import { eagerClock } from '../testing/engine.js';
import { Failure } from '../failure.js';
import { HandClock } from '../testing/hand-clock.js';
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
      every: () => undefined,
    };
    const limiter = new Limiter({ requestsPerSecond: 10, concurrency: 0 }, clock);
    for (let n = 0; n < 3; n += 1) (await limiter.enter(never))();
    limiter.slowDown();
    for (let n = 0; n < 2; n += 1) (await limiter.enter(never))();
    expect(waits).toEqual([100, 200, 300, 500]);
  });
});

describe('what one run is told', () => {
  const busy = (retryAfterMs: number): Failure =>
    new Failure('TRANSIENT', 'destination.rate_limited', 'Try later.', { retryAfterMs });

  it('holds back all runs on the connection, until the latest wish has passed', async () => {
    const clock = new HandClock();
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 0 }, clock);
    limiter.heed(busy(1_000));
    let entered = false;
    const leave = limiter.enter(never).then((place) => {
      entered = true;
      return place;
    });
    await clock.pass(900);
    limiter.heed(busy(1_000));
    await clock.pass(999);
    expect(entered).toBe(false);
    await clock.pass(1);
    expect(entered).toBe(true);
    (await leave)();
  });

  it('holds nobody back on another connection', async () => {
    const clock = new HandClock();
    const limits = { requestsPerSecond: 0, concurrency: 1 };
    new Limiter(limits, clock).heed(busy(1_000));
    (await new Limiter(limits, clock).enter(never))();
    expect(clock.sleeping).toBe(0);
  });

  it('lets a run that is cancelled go while it waits', async () => {
    const clock = new HandClock();
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 1 }, clock);
    limiter.heed(busy(60_000));
    const cancel = new AbortController();
    const entering = limiter.enter(cancel.signal);
    cancel.abort();
    await expect(entering).rejects.toThrow('aborted');
    expect(clock.sleeping).toBe(0);
  });

  it('slows down where no limit is set as well, and lasts until requests succeed again', async () => {
    const limiter = new Limiter({ requestsPerSecond: 0, concurrency: 0 }, eagerClock);
    const enter = () => limiter.enter(never);
    const places = [await enter(), await enter(), await enter(), await enter()];
    limiter.heed(busy(0));
    places.forEach((leave) => leave());
    const two = [await enter(), await enter()];
    let isIn = false;
    const third = enter().then((leave) => {
      isIn = true;
      return leave;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);
    for (let n = 0; n < 5; n += 1) limiter.heed(undefined);
    two.forEach((leave) => leave());
    (await third)();
  });
});
