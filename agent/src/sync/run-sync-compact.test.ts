import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Head, Manifest } from './baseline.js';
import type { RunOptions, SyncReport } from './sync-request.js';

// Many segments become one, in memory that does not grow with the rows that were sent again (invariant 7).

/** So little that the overrides of a run never fit: they are folded in a few at a time. */
const memoryMiB = 0.01;
const none = { dryRun: false, full: false, rebaseline: false, verify: false };

let table: TextRow[];
let moods: Moods;
let store: MemoryStore;
let destination: MemoryDestination;
let engine: Engine;

beforeEach(() => open());
afterEach(() => engine.close());

async function open(): Promise<void> {
  table = Array.from({ length: 600 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: 't' }));
  moods = {};
  destination = memoryDestination(moods);
  store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
}

const run = (options: Partial<RunOptions> = {}): Promise<SyncReport> =>
  engine.run({ run: { ...none, ...options } }, { memoryMiB });

async function manifest(): Promise<Manifest> {
  const read = async <T>(key: string): Promise<T> =>
    JSON.parse(Buffer.from((await store.get(key))!.body).toString()) as T;
  const heads: string[] = [];
  for await (const { key } of store.list('v1/')) if (key.endsWith('/head.json')) heads.push(key);
  const head = await read<Head>(heads[0]!);
  return read<Manifest>(head.manifest!.key);
}

describe('a run that sends everything again', () => {
  it('leaves one segment, with the values that it sent in the files that it wrote', async () => {
    await run();
    for (const row of table) row['name'] += '!';
    const report = await run({ full: true });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { changed: 600, sent: 600 } });
    const { segments, rows } = await manifest();
    expect(segments).toMatchObject([{ kind: 'put', isNew: true, rows: 600 }]);
    expect(segments[0]!.values.map(({ key }) => key)).toEqual([
      expect.stringContaining('/2-changed-'),
    ]);
    expect(rows).toBe(600);
    expect(await run({ verify: true })).toMatchObject({ counts: { unchanged: 600, sent: 0 } });
  });

  it('is recovered where it was cut off, and goes on', async () => {
    await run();
    let batches = 0;
    moods.maxRows = 50;
    moods.after = () => {
      batches += 1;
      if (batches === 8) throw new Error('cut off');
    };
    await run({ full: true });
    delete moods.after;
    expect(await run({ full: true })).toMatchObject({ outcome: 'succeeded' });
    expect((await manifest()).segments).toHaveLength(1);
    expect(await run({ verify: true })).toMatchObject({ counts: { unchanged: 600, sent: 0 } });
  });
});

describe('compaction', () => {
  it('keeps every row as it was sent last, whatever was done before (invariants 2, 7)', async () => {
    const step = fc.record({
      full: fc.boolean(),
      every: fc.integer({ min: 1, max: 7 }),
      removed: fc.integer({ min: 0, max: 3 }),
      added: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
        await engine.close();
        await open();
        await run();
        for (const [n, { full, every, removed, added }] of steps.entries()) {
          table = table.filter((_, at) => removed === 0 || (at + n) % (removed + 2) !== 0);
          for (const [at, row] of table.entries())
            if (at % every === 0) row['name'] = `${n} of ${at}`;
          for (let m = 0; m < added; m += 1)
            table.push({ id: String((n * 37 + m * 5) % 900), name: `new ${n}`, team: null });
          const seen = new Set<unknown>();
          table = table.filter(({ id }) => !seen.has(id) && seen.add(id));
          expect(await run({ full })).toMatchObject({ outcome: 'succeeded' });
        }
        expect(await run({ verify: true })).toMatchObject({
          counts: { unchanged: table.length, sent: 0 },
          baseline: { rows: table.length },
        });
        expect(destination.records.size).toBe(table.length);
      }),
      { numRuns: 4 },
    );
  }, 120_000);
});
