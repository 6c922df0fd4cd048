import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueType } from '../connector/value.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { FieldMapping } from './sync-request.js';

// A source that writes the same values in another form: a newer server, another setting.

let table: TextRow[];
let onStore: (call: string, key: string) => void;
let form: string | undefined;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const typeOf = (name: string): { type: ValueType; vendorType: string } =>
  name === 'team' ? { type: 'float', vendorType: 'float8' } : { type: 'text', vendorType: 'text' };

beforeEach(async () => {
  const floats = ['1e+20', '0.5', '0', '-0', 'NaN', 'Infinity', null];
  table = floats.map((team, n) => ({ id: String(n), name: `person ${n}`, team }));
  form = 'postgres 17';
  onStore = () => undefined;
  destination = memoryDestination();
  store = new MemoryStore((call, key) => onStore(call, key));
  // Older agents noted none.
  const source = memorySource(
    () => table,
    typeOf,
    () => form as string,
  );
  engine = await openEngine({ source, destination, store });
  await engine.run();
  destination.batches.length = 0;
});
afterEach(() => engine.close());

const other = (): void => {
  form = 'postgres 18';
  table[0]!.team = '100000000000000000000';
  table[1]!.team = '5e-1';
};

describe('another form of the source', () => {
  it.each(['full', 'hashed'] as const)('sends nothing for it where it changes no text (snapshots: %s)', async (snapshots) => {
    await engine.run({ snapshots, run: { ...plain, rebaseline: true } });
    form = 'postgres 18';
    expect(await engine.run({ snapshots })).toMatchObject({
      counts: { unchanged: 7, changed: 0, sent: 0 },
      missed: 0,
      baseline: { generation: 3n },
    });
    expect(await engine.run({ snapshots })).not.toHaveProperty('missed');
  }); // prettier-ignore

  it('makes candidates of other texts, and sends none of them (invariant 2)', async () => {
    other();
    expect(await engine.run()).toMatchObject({
      counts: { unchanged: 7, changed: 0, sent: 0 },
      baseline: { generation: 2n },
    });
    expect(destination.batches).toEqual([]);
    const written = store.objects.size;
    expect(await engine.run()).toMatchObject({ baseline: { generation: 2n } });
    expect(store.objects.size).toBe(written + 1);
    // Written anew, it is found by its fingerprint again, and an old text would be another value's by now.
    table[0]!.team = '2';
    expect(await engine.run()).toMatchObject({ counts: { changed: 1, unchanged: 6, sent: 1 } });
  });

  it.each([
    [2, '-0'],
    [3, '0'],
    [4, 'Infinity'],
    [5, '-Infinity'],
    [5, 'NaN'],
    [6, '0'],
    [1, null],
    [1, '0.50000000000000011'],
  ])('hides no other value: row %i becomes %s', async (n, team) => {
    other();
    table[n]!.team = team;
    expect(await engine.run()).toMatchObject({ counts: { changed: 1, unchanged: 6, sent: 1 } });
    expect(destination.records.get(JSON.stringify([String(n)]))?.['team']).toBe(team);
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 7, sent: 0 } });
  });

  it('owes what a backfill is cut off in (invariants 2, 3)', async () => {
    other();
    const shout: FieldMapping = {
      field: 'name',
      value: { kind: 'template', template: '{{ name | upcase }}' },
      nulls: 'send',
    };
    const mapping = { fields: [shout, column('team')] };
    onStore = (call, key) => {
      if (call === 'put' && key.includes('/plan/')) throw new Error('The machine is gone.');
    };
    expect(await engine.run(mapping)).toMatchObject({ outcome: 'failed', counts: { sent: 0 } });
    onStore = () => undefined;
    expect(await engine.run(mapping)).toMatchObject({ counts: { changed: 7, sent: 7 } });
    expect(destination.records.get('["0"]')).toMatchObject({ name: 'PERSON 0' });
    expect(await engine.run(mapping)).toMatchObject({ counts: { unchanged: 7, sent: 0 } });
  });

  it('is tried by a dry run without a trace', async () => {
    other();
    const keys = [...store.objects.keys()];
    expect(await engine.run({ run: { ...plain, dryRun: true } })).toMatchObject({
      counts: { unchanged: 7, changed: 0 },
    });
    expect([...store.objects.keys()]).toEqual(keys);
  });
});

it('takes a baseline whose form nobody noted as it is, and notes it with the next change', async () => {
  form = undefined;
  await engine.run({ run: { ...plain, rebaseline: true } });
  form = 'postgres 18';
  expect(await engine.run()).not.toHaveProperty('missed');
  table[0]!.name = 'another';
  expect(await engine.run()).toMatchObject({ counts: { changed: 1, sent: 1 } });
  form = 'postgres 19';
  expect(await engine.run()).toMatchObject({ counts: { unchanged: 7 }, missed: 0 });
});

const plain = { dryRun: false, full: false, rebaseline: false, verify: false };
