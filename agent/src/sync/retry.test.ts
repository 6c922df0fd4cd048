import { expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { eagerClock, openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { Moods } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { retryDelayMs } from './retry.js';

const busy = (retryAfterMs: number): Failure =>
  new Failure('TRANSIENT', 'destination.rate_limited', 'Try later.', { retryAfterMs });

it('waits longer each time, and never less than the far side asks for', () => {
  expect([1, 2, 3, 9].map((attempt) => retryDelayMs(attempt, busy(0), () => 1))).toEqual([
    500, 1_000, 2_000, 30_000,
  ]);
  expect(retryDelayMs(1, busy(7_000), () => 0)).toBe(7_000);
  expect(retryDelayMs(1, busy(300_000), () => 0)).toBe(300_000);
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
