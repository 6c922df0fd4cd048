import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { column, eagerClock, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { batchTarget } from '../testing/batch-target.js';
import { MemoryStore } from '../testing/memory-store.js';

// What a delivery does with a destination that refuses, fails or has to be waited for.

let table: TextRow[];
let moods: Moods;
let requests: number;
let destination: MemoryDestination;
let engine: Engine;

const nothing = { action: 'nothing' as const, set: [] };
const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `n ${n}`, team: null }));

beforeEach(async () => {
  table = people(3_000);
  requests = 0;
  moods = { maxRows: 2_000, before: () => void (requests += 1) };
  destination = memoryDestination(moods);
  const source = memorySource(() => table);
  engine = await openEngine({ source, destination, store: new MemoryStore() });
});
afterEach(() => engine.close());

describe('a run that would only burn quota (invariants 1, 2)', () => {
  it('stops after the first thousand rows that are all rejected', async () => {
    moods.maxRows = 100;
    moods.refuses = () => true;
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'delivery.all_rejected' } },
      counts: { sent: 0, rejected: 1_000, pending: 2_000 },
    });
  });

  it('looks for bad rows within bounds, and records the good ones that it found', async () => {
    moods.refusesBy = 'batch';
    moods.refuses = ({ id }) => Number(id) % 3 > 0;
    const report = await engine.run();
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'delivery.mostly_rejected' } },
    });
    expect(requests).toBeLessThan(4_100);
    expect(report.counts.sent).toBeGreaterThan(0);
    expect(report.baseline?.rows).toBe(report.counts.sent);
    expect(destination.records.size).toBe(report.counts.sent);
  });

  it('looks for a few bad rows to the end', async () => {
    moods.refusesBy = 'batch';
    moods.refuses = ({ id }) => Number(id) % 300 === 7;
    expect(await engine.run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 2_990, rejected: 10 },
    });
    expect(requests).toBeLessThan(250);
  });

  it('stops when nothing is heard of one batch after the other, and repeats none (invariant 3)', async () => {
    moods.maxRows = 100;
    moods.after = () => {
      throw new Failure('TRANSIENT', 'destination.no_answer', 'The line broke.');
    };
    const appending = { mode: 'append' as const, key: [], onRemoved: nothing };
    expect(await engine.run({ ...appending, fields: [column('id')] })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'TRANSIENT', code: 'delivery.gave_up' } },
      counts: { uncertain: 1_000, pending: 2_000 },
    });
    expect(destination.appended).toHaveLength(1_000);
  });
});

it('tries as often as it takes while the far side asks for patience', async () => {
  let waits = 30;
  moods.before = () => {
    if (waits-- > 0)
      throw new Failure('TRANSIENT', 'destination.rate_limited', 'Try later.', { retryAfterMs: 1 });
  };
  expect(await engine.run({}, { clock: eagerClock })).toMatchObject({ outcome: 'succeeded' });
});

describe('order', () => {
  const arrivals = (): number[] => {
    const seen: number[] = [];
    moods.before = ({ lines }: Batch) =>
      void seen.push(Number(Buffer.from(lines).toString().split('\t')[0]?.replace('n ', '')));
    return seen;
  };

  it('is kept where several rows may have one record: no batch overtakes another', async () => {
    moods.maxRows = 100;
    moods.concurrency = 8;
    const seen = arrivals();
    const byName = { key: [{ field: 'name', column: 'name' }], fields: [column('team')] };
    let inside = 0;
    let most = 0;
    const slow = destination.open;
    destination.open = async (request, signal) => {
      const target = batchTarget(await slow(request, signal));
      return {
        ...target,
        deliver: async (batch, until) => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          return target.deliver(batch, until);
        },
      };
    };
    await engine.run({ ...byName, mode: 'upsert', onRemoved: nothing });
    expect(most).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen).toHaveLength(30);
    const full = { dryRun: false, full: true, rebaseline: false, verify: false };
    await engine.run({ run: full });
    expect(most).toBe(8);
  });
});
