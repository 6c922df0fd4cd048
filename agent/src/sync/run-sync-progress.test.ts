import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { HandClock } from '../testing/hand-clock.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { Moods } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Progress, SyncReport } from './sync-request.js';

// A run is told of once a second by the clock, whether anything moves or not.

let clock: HandClock;
let moods: Moods;
let told: Progress[];
let engine: Engine;
let stopping: AbortController;

beforeEach(async () => {
  clock = new HandClock();
  moods = { maxRows: 10 };
  told = [];
  stopping = new AbortController();
  const table = Array.from({ length: 30 }, (_, id) => ({ id: String(id), name: 'x', team: null }));
  engine = await openEngine({
    source: memorySource(() => table),
    destination: memoryDestination(moods),
    store: new MemoryStore(),
  });
});
afterEach(() => engine.close());

const run = (): Promise<SyncReport> =>
  engine.run({}, { clock, signal: stopping.signal, onProgress: (progress) => told.push(progress) });

/** Two sleep then: what tells, and the delivery. */
async function isWaiting(): Promise<void> {
  await expect.poll(() => clock.sleeping, { timeout: 8_000 }).toBe(2);
}

/** The second batch is taken 30 seconds later than it might have been. */
function asksForPatience(): void {
  let batches = 0;
  moods.before = () => {
    if (++batches === 2)
      throw new Failure('TRANSIENT', 'destination.rate_limited', 'Later.', {
        retryAfterMs: 30_000,
      });
  };
}

describe('a destination that wants to be left alone', () => {
  it('does not silence the run: how long it stands still is told each second', async () => {
    asksForPatience();
    const running = run();
    await isWaiting();
    told.length = 0;
    await clock.pass(5_000);
    expect(told.map(({ phase, phasesMs }) => [phase, phasesMs.deliver])).toEqual(
      [1_000, 2_000, 3_000, 4_000, 5_000].map((ms) => ['deliver', ms]),
    );
    const [first, , , , fifth] = told;
    expect(first).toMatchObject({ planned: 30, rowsPerSecond: 10, remainingMs: 2_000 });
    expect(fifth).toMatchObject({ planned: 30, rowsPerSecond: 2, remainingMs: 10_000 });
    await clock.pass(60_000);
    expect(await running).toMatchObject({ outcome: 'succeeded', counts: { sent: 30 } });
  });

  it('is not told of any more once the run is over', async () => {
    asksForPatience();
    const running = run();
    await isWaiting();
    await clock.pass(60_000);
    await running;
    told.length = 0;
    await clock.pass(10_000);
    expect(told).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });

  it('nor after a run that was cancelled', async () => {
    asksForPatience();
    const running = run();
    await isWaiting();
    stopping.abort(new Failure('CANCELLED', 'run.cancelled', 'Somebody asked for it.'));
    expect(await running).toMatchObject({ outcome: 'cancelled' });
    told.length = 0;
    await clock.pass(10_000);
    expect(told).toEqual([]);
    expect(clock.sleeping).toBe(0);
  });
});

it('tells of a query that gives no row', async () => {
  const answer = Promise.withResolvers<void>();
  const source = memorySource(() => []);
  const slow: typeof source = {
    ...source,
    query: async (request, signal) => {
      await answer.promise;
      return source.query(request, signal);
    },
  };
  const running = engine.run(
    {},
    { clock, source: slow, onProgress: (progress) => told.push(progress) },
  );
  await expect.poll(() => clock.sleeping, { timeout: 8_000 }).toBe(1);
  await clock.pass(3_000);
  expect(told.map(({ phase, phasesMs }) => [phase, phasesMs.query])).toEqual([
    ['query', 1_000],
    ['query', 2_000],
    ['query', 3_000],
  ]);
  answer.resolve();
  expect(await running).toMatchObject({ outcome: 'succeeded', phasesMs: { query: 3_000 } });
});
