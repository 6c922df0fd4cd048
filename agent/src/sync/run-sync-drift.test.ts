import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueType } from '../connector/value.js';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

interface ColumnType {
  type: ValueType;
  vendorType: string;
}

let table: TextRow[];
let types: Record<string, ColumnType>;
let moods: Moods;
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const nothing = { action: 'nothing' as const, set: [] };
const text: ColumnType = { type: 'text', vendorType: 'text' };
const full = { run: { dryRun: false, full: true, rebaseline: false, verify: false } };

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: 't' }));
  types = {
    id: { type: 'integer', vendorType: 'integer' },
    team: { type: 'decimal', vendorType: 'numeric' },
  };
  moods = {};
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => onStore(call, key));
  const source = memorySource(
    () => table,
    (name) => types[name] ?? text,
  );
  engine = await openEngine({ source, destination, store });
});
afterEach(() => engine.close());

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));

describe('a column that has another type than it had', () => {
  beforeEach(async () => {
    await engine.run();
    types = { ...types, team: { type: 'float', vendorType: 'double precision' } };
    table = table.slice(5).map((row) => ({ ...row, team: '7' }));
  });

  it('stops the run, and says what each way out does', async () => {
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'snapshot.type_drift' } },
      counts: { sent: 0 },
    });
    const errors = [...store.objects.keys()].filter((key) => key.includes('/errors/'));
    const { message } = JSON.parse(Buffer.from(store.objects.get(errors[0]!)!.body).toString());
    expect(message.indexOf('--full')).toBeLessThan(message.indexOf('--rebaseline'));
  });

  it('is sent as it is now under full, and what left is removed', async () => {
    const removed: string[] = [];
    moods.before = ({ kind, lines }) => {
      if (kind === 'delete') removed.push(...Buffer.from(lines).toString().trim().split('\n'));
    };
    expect(await engine.run(full)).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 15, removed: 5, sent: 20 },
    });
    inStep();
    // The former value of a column that was something else can't be written as what it is now.
    expect(removed[0]).toBe('0\tn 0\t\\N');
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 15, sent: 0 } });
  });

  it('is sent again until it is taken', async () => {
    moods.refuses = ({ id }) => id === '9';
    expect(await engine.run(full)).toMatchObject({ counts: { rejected: 1, sent: 19 } });
    delete moods.refuses;
    expect(await engine.run()).toMatchObject({ counts: { changed: 1, sent: 1, unchanged: 14 } });
    inStep();
  });
});

describe('a key that is of another type', () => {
  it('starts over under full, and removes nothing', async () => {
    await engine.run();
    types = { ...types, id: { type: 'decimal', vendorType: 'numeric(10,2)' } };
    table = table.slice(5).map((row) => ({ ...row, id: `${row.id}.00` }));
    expect(await engine.run()).toMatchObject({
      failure: { failure: { code: 'snapshot.type_drift' } },
    });
    expect(await engine.run(full)).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 15, removed: 0, sent: 15 },
      baseline: { rows: 15 },
    });
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 15, sent: 0 } });
  });

  it('still tells which rows left when it is only a wider integer', async () => {
    await engine.run();
    types = { ...types, id: { type: 'integer', vendorType: 'bigint' } };
    table = table.slice(5);
    expect(await engine.run(full)).toMatchObject({ counts: { changed: 15, removed: 5, sent: 20 } });
    inStep();
  });
});

describe('a primary key of other columns', () => {
  const byName = {
    model: { name: 'people', query: { table: 'person' }, primaryKey: ['name'] },
    mode: 'upsert' as const,
    onRemoved: nothing,
  };

  it('starts over under full', async () => {
    await engine.run();
    expect(await engine.run(byName)).toMatchObject({
      failure: { failure: { code: 'snapshot.key_changed' } },
    });
    expect(await engine.run({ ...byName, ...full })).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 20, removed: 0, sent: 20 },
    });
    expect(await engine.run(byName)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
  });

  it('is sent under full although the first run only made a baseline', async () => {
    const known = { ...byName, firstRun: 'baseline' as const };
    await engine.run({ firstRun: 'baseline' });
    expect(await engine.run({ ...known, ...full })).toMatchObject({ counts: { sent: 20 } });
  });
});

describe('a run that starts over and is cut off', () => {
  it('leaves nothing of the former baseline to be removed (invariants 3, 9)', async () => {
    await engine.run();
    const elsewhere = { object: 'person_2' };
    destination.records.clear();
    onStore = (call, key) => {
      if (call === 'put' && key.includes('manifest')) throw new Error('The machine is gone.');
    };
    expect(await engine.run({ ...elsewhere, ...full })).toMatchObject({
      outcome: 'failed',
      counts: { sent: 20 },
    });
    onStore = () => undefined;
    expect(await engine.run(elsewhere)).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20, removed: 0, sent: 0 },
    });
    inStep();
  });
});
