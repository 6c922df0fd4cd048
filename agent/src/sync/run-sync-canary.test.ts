import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { FieldMapping, RunOptions } from './sync-request.js';

let table: TextRow[];
let moods: Moods;
let destination: MemoryDestination;
let engine: Engine;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const canary = (n: number, more: Partial<RunOptions> = {}) => ({
  run: { ...options, ...more, canary: n },
});
const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `person ${n}`, team: null }));
const label = (text: string): FieldMapping => ({
  field: 'label',
  value: { kind: 'template', template: text },
  nulls: 'send',
});

beforeEach(async () => {
  table = people(30);
  moods = {};
  destination = memoryDestination(moods);
  const store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));

describe('a canary', () => {
  it.each([1, 6, 7, 8, 29])(
    'sends the first %i operations; the next run sends the rest (invariants 2, 8)',
    async (n) => {
      expect(await engine.run(canary(n))).toMatchObject({
        outcome: 'succeeded',
        counts: { added: 30, sent: n, pending: 30 - n },
        baseline: { rows: n },
      });
      expect(destination.records.size).toBe(n);
      expect(await engine.run()).toMatchObject({
        outcome: 'succeeded',
        counts: { unchanged: n, added: 30 - n, sent: 30 - n, pending: 0 },
      });
      inStep();
    },
  );

  it('sends all when there is no more', async () => {
    expect(await engine.run(canary(31))).toMatchObject({ counts: { sent: 30, pending: 0 } });
    expect(await engine.run(canary(5))).toMatchObject({ counts: { unchanged: 30, sent: 0 } });
  });

  it('takes removals first, as the plan does (invariant 9)', async () => {
    await engine.run();
    table = [...people(26), { id: '99', name: 'new', team: null }];
    table[0]!.name = 'other';
    expect(await engine.run(canary(3))).toMatchObject({ counts: { sent: 3, pending: 3 } });
    expect(destination.records.size).toBe(27);
    expect(await engine.run(canary(2))).toMatchObject({
      counts: { removed: 1, changed: 1, added: 1, sent: 2, pending: 1 },
    });
    expect(destination.records.has('["99"]')).toBe(false);
    await engine.run();
    inStep();
  });

  it('counts a refused row as one of its operations', async () => {
    moods.refuses = ({ id }) => id === '2';
    expect(await engine.run(canary(5))).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 4, rejected: 1, pending: 25 },
    });
  });

  it('renders only what it sends, and owes the rest the new mapping', async () => {
    await engine.run({ fields: [column('name'), label('{{ name }}')] });
    const fields = [column('name'), label('{{ name | upcase }}')];
    expect(await engine.run({ fields, ...canary(4) })).toMatchObject({
      counts: { changed: 30, sent: 4, pending: 26 },
    });
    expect(await engine.run({ fields })).toMatchObject({ counts: { changed: 26, sent: 26 } });
    expect([...destination.records.values()].map((row) => row['label'])).toEqual(
      table.map(({ name }) => name!.toUpperCase()),
    );
  });

  it('sends nothing in a dry run', async () => {
    expect(await engine.run(canary(5, { dryRun: true }))).toMatchObject({
      counts: { pending: 30, sent: 0 },
    });
  });

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53])('refuses %d operations', async (n) => {
    expect(await engine.run(canary(n))).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'run.bad_canary' } },
    });
    expect(destination.batches).toEqual([]);
  });

  it('refuses to be a part of what sends nothing, or everything', async () => {
    const conflict = { failure: { failure: { code: 'run.options_conflict' } } };
    expect(await engine.run(canary(5, { rebaseline: true }))).toMatchObject(conflict);
    expect(await engine.run({ ...canary(5), mode: 'replace' })).toMatchObject(conflict);
  });
});
