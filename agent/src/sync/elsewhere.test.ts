import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

let table: TextRow[];
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let engine: Engine;

const run = { dryRun: false, full: false, rebaseline: false, verify: false };

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: 't' }));
  onStore = () => undefined;
  destination = memoryDestination();
  const store = new MemoryStore((call, key) => onStore(call, key));
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));

describe('a sync that is pointed somewhere else', () => {
  const elsewhere = { object: 'person_2' };

  it('sends nothing until somebody says how to go on (invariant 2)', async () => {
    await engine.run();
    const moved = await engine.run(elsewhere);
    expect(moved).toMatchObject({
      outcome: 'failed',
      counts: { sent: 0 },
      failure: { failure: { code: 'baseline.elsewhere' } },
    });
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 20 } });
  });

  it('starts over there under full, and removes nothing that was never there (invariant 9)', async () => {
    await engine.run();
    table = table.slice(5);
    destination.records.clear();
    const moved = await engine.run({ ...elsewhere, run: { ...run, full: true } });
    expect(moved).toMatchObject({ counts: { added: 15, removed: 0, sent: 15 } });
    inStep();
    expect(await engine.run(elsewhere)).toMatchObject({ counts: { unchanged: 15, sent: 0 } });
  });
});

describe('a run with --full under append', () => {
  const appending = {
    place: 'here',
    mode: 'append' as const,
    key: [],
    fields: [column('id')],
    onRemoved: { action: 'nothing' as const, set: [] },
  };
  const again = { ...appending, run: { ...run, full: true } };

  it('appends nothing that it has sent, and everything again where it starts over', async () => {
    await engine.run(appending);
    expect(await engine.run(again)).toMatchObject({ counts: { sent: 0, skipped: 20 } });
    expect(destination.appended).toHaveLength(20);
    expect(await engine.run({ ...again, place: 'there' })).toMatchObject({ counts: { sent: 20 } });
    expect(destination.appended).toHaveLength(40);
  });
});

describe('a destination whose settings lead elsewhere', () => {
  const [here, there] = [{ place: 'here' }, { place: 'there' }];

  it('gets nothing until somebody says whether its rows are there (invariant 2)', async () => {
    await engine.run(here);
    destination.records.clear();
    expect(await engine.run(there)).toMatchObject({
      outcome: 'failed',
      counts: { sent: 0 },
      failure: { failure: { code: 'baseline.elsewhere' } },
    });
    expect(await engine.run({ ...there, run: { ...run, full: true } })).toMatchObject({
      counts: { added: 20, removed: 0, sent: 20 },
    });
    inStep();
    expect(await engine.run(there)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
    expect(await engine.run(here)).toMatchObject({ outcome: 'failed' });
  });

  it('is taken as it is when it was only renamed', async () => {
    await engine.run(here);
    const rebaselined = await engine.run({ ...there, run: { ...run, rebaseline: true } });
    expect(rebaselined).toMatchObject({ outcome: 'succeeded', counts: { sent: 0 } });
    expect(await engine.run(there)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
  });

  it('is told of once the next change is recorded, where an older agent told nothing', async () => {
    await engine.run();
    expect(await engine.run(here)).toMatchObject({ counts: { unchanged: 20 } });
    table[0] = { ...table[0], name: 'another' };
    expect(await engine.run(here)).toMatchObject({ counts: { changed: 1, sent: 1 } });
    expect(await engine.run(there)).toMatchObject({ outcome: 'failed', counts: { sent: 0 } });
  });

  it('is not where a cut-off run had sent what it finds (invariants 2, 3)', async () => {
    onStore = (call, key) => {
      if (call === 'put' && key.includes('manifest')) throw new Error('The machine is gone.');
    };
    expect(await engine.run(here)).toMatchObject({ outcome: 'failed', counts: { sent: 20 } });
    onStore = () => undefined;
    expect(await engine.run(there)).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'baseline.elsewhere' } },
    });
    expect(await engine.run(here)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
  });
});
