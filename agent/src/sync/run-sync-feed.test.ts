import { afterEach, beforeEach, expect, it } from 'vitest';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncRequest } from './sync-request.js';

// A feed tells of rows that were added, changed and removed, each change once, and of nothing that did not happen.

let table: TextRow[];
let type: string;
let destination: MemoryDestination;
let engine: Engine;

const plain = { dryRun: false, full: false, rebaseline: false, verify: false };
const feed: Partial<SyncRequest> = {
  mode: 'append',
  appends: ['added', 'changed', 'removed'],
  key: [],
  onRemoved: { action: 'nothing', set: [] },
  fields: [column('id'), column('name'), { ...column('what'), value: operation() }],
};

function operation() {
  return { kind: 'metadata' as const, metadata: 'operation' as const };
}

beforeEach(async () => {
  table = ['a', 'b', 'c'].map((id) => ({ id, name: `person ${id}`, team: 't' }));
  type = 'text';
  destination = memoryDestination();
  const typeOf = () => ({ type: 'text' as const, vendorType: type });
  engine = await openEngine({
    source: memorySource(() => table, typeOf),
    destination,
    store: new MemoryStore(),
  });
});
afterEach(() => engine.close());

/** What a run told of. */
const told = async (request: Partial<SyncRequest> = feed): Promise<string[]> => {
  const from = destination.appended.length;
  expect(await engine.run(request)).toMatchObject({ outcome: 'succeeded' });
  return destination.appended.slice(from).map(({ id, name, what }) => `${what} ${id} ${name}`);
};

it('tells of each change once, of a removed row with what it was', async () => {
  expect(await told()).toEqual(['added a person a', 'added b person b', 'added c person c']);
  table = [table[0]!, { ...table[1]!, name: 'Bob' }, { id: 'd', name: 'Dora', team: 't' }];
  expect(await told()).toEqual(['removed c person c', 'changed b Bob', 'added d Dora']);
  expect(await told()).toEqual([]);
});

it('tells of nothing else than the object asks for', async () => {
  await told();
  table = [
    { ...table[1]!, name: 'Bob' },
    { id: 'd', name: 'Dora', team: 't' },
  ];
  const { appends: _, ...added } = feed;
  expect(await told({ ...feed, appends: ['removed'] })).toHaveLength(2);
  table = [];
  expect(await told(added)).toEqual([]);
});

it('takes no row for changed because it is told of otherwise', async () => {
  await told();
  const fields = [...feed.fields!, column('team')];
  table[1] = { ...table[1]!, name: 'Bob' };
  expect(await told({ ...feed, fields })).toEqual(['changed b Bob']);
  expect(await told({ ...feed, fields: feed.fields!.slice(0, 2) })).toEqual([]);
});

it('takes no row for changed because everything is asked for', async () => {
  await told();
  table[2] = { ...table[2]!, name: 'Cy' };
  expect(await told({ ...feed, run: { ...plain, full: true } })).toEqual(['changed c Cy']);
  type = 'varchar';
  expect(await told({ ...feed, run: { ...plain, full: true } })).toEqual([]);
  expect(await told({ ...feed, run: { ...plain, verify: true } })).toEqual([]);
});

it('starts with what is there when the first run sends nothing', async () => {
  expect(await told({ ...feed, firstRun: 'baseline' })).toEqual([]);
  table = table.slice(1);
  expect(await told({ ...feed, firstRun: 'baseline' })).toEqual(['removed a person a']);
});
