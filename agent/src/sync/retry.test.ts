import { expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { eagerClock, openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { Moods } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { Patience } from './retry.js';

const busy = (retryAfterMs: number): Failure =>
  new Failure('TRANSIENT', 'destination.rate_limited', 'Try later.', { retryAfterMs });

it('waits longer each time, and gives up after six attempts', () => {
  const patience = new Patience();
  const delays = Array.from({ length: 5 }, () => patience.delayMs(busy(0), () => 1));
  expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  expect(() => patience.delayMs(busy(0), () => 1)).toThrow('Try later');
});

it('never waits less than the far side asks for, and takes no attempt for it', () => {
  const patience = new Patience();
  expect(patience.delayMs(busy(7_000), () => 0)).toBe(7_000);
  for (let n = 0; n < 20; n += 1) expect(patience.delayMs(busy(1_000), () => 1)).toBe(1_500);
  expect(patience.delayMs(busy(0), () => 1)).toBe(500);
  expect(new Patience().delayMs(busy(300_000), () => 0)).toBe(300_000);
});

it('has an end for one who is asked to wait again and again', () => {
  const patience = new Patience();
  for (let n = 0; n < 3; n += 1) patience.delayMs(busy(300_000), () => 0);
  expect(() => patience.delayMs(busy(1_000), () => 0)).toThrow('Try later');
});

it('ends the run when the far side asks for more, with what was taken recorded', async () => {
  const moods: Moods = {};
  const table = Array.from({ length: 20 }, (_, id) => ({ id: String(id), name: 'x', team: 't' }));
  const slept: number[] = [];
  const clock = { ...eagerClock, sleep: async (ms: number) => void slept.push(ms) };
  const source = memorySource(() => table);
  const engine = await openEngine({
    source,
    destination: memoryDestination(moods),
    store: new MemoryStore(),
  });
  let batches = 0;
  moods.before = () => {
    if (++batches > 1) throw busy(86_400_000);
  };
  const report = await engine.run({}, { clock });
  expect(report).toMatchObject({
    outcome: 'failed',
    failure: { failure: { kind: 'TRANSIENT', code: 'destination.rate_limited' } },
    retryAfterMs: 86_400_000,
    baseline: { rows: report.counts.sent },
  });
  expect(report.counts.sent).toBeGreaterThan(0);
  expect(report.counts.pending).toBe(20 - report.counts.sent);
  expect(slept).toEqual([]);
  delete moods.before;
  expect(await engine.run()).toMatchObject({
    outcome: 'succeeded',
    counts: { sent: report.counts.pending },
  });
  await engine.close();
});
