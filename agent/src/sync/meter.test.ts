import { describe, expect, it } from 'vitest';
import { eagerClock } from '../testing/engine.js';
import { HandClock } from '../testing/hand-clock.js';
import { Meter } from './meter.js';
import type { Counts, Progress } from './sync-request.js';

const meterOf = (counts: Partial<Counts>): Meter => {
  const meter = new Meter(eagerClock, () => undefined);
  Object.assign(meter.counts, counts);
  return meter;
};

describe('the sums of a run (invariant 8)', () => {
  const whole = { queried: 9, unchanged: 4, added: 3, changed: 1, invalid: 1, removed: 2, sent: 6 };
  const sendsAll = true;

  it('hold when every row ended as one thing', () => {
    expect(() => meterOf(whole).assertSums({ sendsAll })).not.toThrow();
    const dry = { ...whole, sent: 0, pending: 6 };
    expect(() => meterOf(dry).assertSums({ sendsAll: false })).not.toThrow();
  });

  it.each([
    ['a row that was queried and never classed', { queried: 10 }],
    ['a row that was planned and never sent', { sent: 5 }],
    ['a row that was sent twice', { sent: 7 }],
    ['a row that is pending although nothing was in the way', { sent: 5, pending: 1 }],
    ['a row that is both sent and pending', { sent: 7, pending: -1 }],
  ])('do not hold with %s', (_name, change) => {
    expect(() => meterOf({ ...whole, ...change }).assertSums({ sendsAll })).toThrow(
      'do not add up',
    );
  });

  it('make pending what a failure cut off', () => {
    const meter = meterOf({ ...whole, sent: 2 });
    meter.leavePending();
    expect(meter.counts.pending).toBe(4);
    expect(() => meter.assertSums({ sendsAll: false })).not.toThrow();
  });
});

describe('the pace of a run', () => {
  const openMeter = () => {
    const clock = new HandClock();
    const told: Progress[] = [];
    const meter = new Meter(clock, (progress) => told.push(progress));
    const move = async (ms: number, rows: Partial<Counts>): Promise<Progress | undefined> => {
      await clock.pass(ms);
      Object.assign(meter.counts, rows);
      meter.tell();
      return told.at(-1);
    };
    return { meter, move };
  };

  it('is that of the query first, with no end in sight', async () => {
    const { move } = openMeter();
    expect(await move(0, { queried: 100 })).toMatchObject({ rowsPerSecond: 0 });
    const later = await move(500, { queried: 1000 });
    expect(later).toMatchObject({ rowsPerSecond: 2000 });
    expect(later).not.toHaveProperty('remainingMs');
  });

  it('is that of the operations while they are sent, and says how long the rest takes', async () => {
    const { meter, move } = openMeter();
    await move(1000, { queried: 5000, added: 400, skipped: 100 });
    meter.planned = 300;
    meter.enter('deliver');
    expect(await move(1000, { sent: 50 })).toMatchObject({
      rowsPerSecond: 50,
      remainingMs: 5000,
    });
    expect(await move(1000, { sent: 90, rejected: 10 })).toMatchObject({
      rowsPerSecond: 50,
      remainingMs: 4000,
    });
    expect(await move(1000, { sent: 290 })).toMatchObject({ remainingMs: 0 });
  });

  it('forgets what was more than ten seconds ago, and falls in a standstill', async () => {
    const { meter, move } = openMeter();
    meter.planned = 100_000;
    meter.enter('deliver');
    for (let second = 1; second <= 20; second += 1) await move(1000, { sent: second * 1000 });
    expect(await move(1000, { sent: 20_100 })).toMatchObject({ rowsPerSecond: 910 });
    for (let second = 1; second <= 9; second += 1)
      await move(1000, { sent: 20_100 + second * 100 });
    expect(await move(1000, { sent: 21_100 })).toMatchObject({
      rowsPerSecond: 100,
      remainingMs: 789_000,
    });
    expect(await move(10_000, { sent: 21_100 })).toMatchObject({ rowsPerSecond: 0 });
  });
});
