import { describe, expect, it } from 'vitest';
import { eagerClock } from '../testing/engine.js';
import { Meter } from './meter.js';
import type { Counts } from './sync-request.js';

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
