import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Head, Manifest } from './baseline.js';
import type { FieldMapping, SyncRequest } from './sync-request.js';

// A record is what the mapping makes of a row: when the mapping becomes another one, so do the records of all rows.

let table: TextRow[];
let moods: Moods;
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const nothing = { action: 'nothing' as const, set: [] };
const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const template = (text: string): FieldMapping => ({
  field: 'label',
  value: { kind: 'template', template: text },
  nulls: 'send',
});
const constant = (text: string): FieldMapping => ({
  field: 'label',
  value: { kind: 'constant', constant: { text } },
  nulls: 'send',
});
const before = { fields: [column('name'), template('{{ name }}')] };
const after = { fields: [column('name'), template('{{ name | upcase }}')] };

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: null }));
  moods = {};
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => onStore(call, key));
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const labels = (): unknown[] => [...destination.records.values()].map(({ label }) => label);
const expectAfter = (): void =>
  expect(labels().toSorted()).toEqual(table.map(({ name }) => name!.toUpperCase()).toSorted());

describe('a mapping that became another one', () => {
  it.each<[string, readonly FieldMapping[], readonly FieldMapping[]]>([
    ['a template', before.fields, after.fields],
    ['a constant', [constant('a')], [constant('b')]],
    ['a default', [withDefault('a')], [withDefault('b')]],
    ['what a NULL does', [column('team')], [{ ...column('team'), nulls: 'omit' }]],
    ['a field more', [column('name')], [column('name'), constant('a')]],
    ['a field less', [column('name'), constant('a')], [column('name')]],
    ['another column with the same values', [column('name')], [{ ...column('id'), field: 'name' }]],
  ])('sends every current row again, once: %s', async (_name, from, to) => {
    await engine.run({ fields: from });
    table.pop();
    const dry = await engine.run({ fields: to, run: { ...options, dryRun: true } });
    expect(dry.counts).toMatchObject({ changed: 19, removed: 1, pending: 20 });
    expect(await engine.run({ fields: to })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 19, removed: 1, sent: 20 },
    });
    expect(await engine.run({ fields: to })).toMatchObject({
      counts: { unchanged: 19, sent: 0, changed: 0 },
    });
  });

  it('is one when a template among the options of its object is', async () => {
    const optionsOf = (body: string, size: number) => ({
      options: { changed: { body, url: 'people' }, batch: { size } },
    });
    await engine.run(optionsOf('{{ name }}', 10));
    expect(await engine.run(optionsOf('{{ name }}', 20))).toMatchObject({
      counts: { unchanged: 20, sent: 0 },
    });
    expect(await engine.run(optionsOf('{{ team }}', 20))).toMatchObject({
      counts: { changed: 20, sent: 20 },
    });
  });

  it('is not one for another order of the fields, or another run', async () => {
    const at: FieldMapping = {
      field: 'at',
      value: { kind: 'metadata', metadata: 'run_id' },
      nulls: 'send',
    };
    await engine.run({ fields: [column('name'), at] });
    expect(await engine.run({ fields: [at, column('name')] })).toMatchObject({
      counts: { unchanged: 20, sent: 0 },
    });
  });

  it('is the same where a baseline from before does not say', async () => {
    await engine.run(before);
    forgetMapping();
    expect(await engine.run(after)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
  });

  it('sends nothing in a mode that sends no changes', async () => {
    const appending = { mode: 'append' as const, onRemoved: nothing };
    await engine.run({ ...appending, ...before });
    table.push({ id: '99', name: 'late', team: null });
    expect(await engine.run({ ...appending, ...after })).toMatchObject({
      counts: { unchanged: 20, added: 1, sent: 1, changed: 0 },
    });
  });

  it('counts a mode that would have sent other rows', async () => {
    await engine.run({ ...before, mode: 'update', onRemoved: nothing });
    expect(destination.records.size).toBe(0);
    expect(await engine.run({ ...before, mode: 'upsert', onRemoved: nothing })).toMatchObject({
      counts: { changed: 20, sent: 20 },
    });
    expect(await engine.run(before)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
  });
});

describe('rows that were not sent under the new mapping', () => {
  beforeEach(() => engine.run(before));

  it('are found again when they were rejected, and no others', async () => {
    moods.refuses = ({ id }) => id === '3' || id === '12';
    expect(await engine.run(after)).toMatchObject({ counts: { sent: 18, rejected: 2 } });
    expect(await engine.run(after)).toMatchObject({ counts: { changed: 2, rejected: 2 } });
    delete moods.refuses;
    expect(await engine.run(after)).toMatchObject({ counts: { changed: 2, sent: 2 } });
    expectAfter();
    expect(await engine.run(after)).toMatchObject({ counts: { unchanged: 20 } });
  });

  it('are found again after the run stopped half way', async () => {
    let batches = 0;
    moods.before = () => {
      if (++batches > 1) throw new Failure('CONFIG', 'destination.auth_failed', 'Sign in again.');
    };
    expect(await engine.run(after)).toMatchObject({
      outcome: 'failed',
      counts: { sent: 7, pending: 13 },
    });
    delete moods.before;
    expect(await engine.run(after)).toMatchObject({ counts: { changed: 13, sent: 13 } });
    expectAfter();
  });

  it('are removed when they leave first (invariant 9)', async () => {
    moods.refuses = ({ id }) => id === '3';
    await engine.run(after);
    delete moods.refuses;
    table.splice(3, 1);
    expect(await engine.run(after)).toMatchObject({ counts: { removed: 1, sent: 1 } });
    expectAfter();
  });

  it('are found again when a guard held them back, whatever else was sent', async () => {
    const changed = { rows: 10, percent: 10, action: 'withhold' as const };
    table.push({ id: '99', name: 'late', team: null });
    const guards = { changed, emptyResult: 'stop' as const };
    expect(await engine.run({ ...after, guards })).toMatchObject({
      counts: { withheld: 20, added: 1, sent: 1 },
    });
    expect(await engine.run(after)).toMatchObject({ counts: { changed: 21, sent: 21 } });
    expectAfter();
    expect(await engine.run(after)).toMatchObject({ counts: { unchanged: 21 } });
  });

  it('are found again wherever the machine died (invariant 3)', async () => {
    let mapping: Partial<SyncRequest> = after;
    for (let crash = 0; crash < 9; crash += 1) {
      let calls = 0;
      onStore = (call) => {
        if (call === 'put' && calls++ >= crash) throw new Error('The machine is gone.');
      };
      await engine.run(mapping);
      onStore = () => undefined;
      expect(await engine.run(mapping)).toMatchObject({ outcome: 'succeeded' });
      const shout = mapping === after;
      expect(labels()).toEqual(
        table.map(({ name }) => (shout ? name!.toUpperCase() : name!.toLowerCase())),
      );
      mapping = shout ? before : after;
    }
  }, 30_000);
});

it('keeps a record that is not ours out of removals, however often its row is refused', async () => {
  const updating = { mode: 'update' as const };
  destination.records.set('["1"]', { id: '1' });
  expect(await engine.run({ ...updating, ...before })).toMatchObject({ counts: { skipped: 19 } });
  moods.refuses = ({ id }) => id === '2';
  await engine.run({ ...updating, ...after });
  expect(await engine.run({ ...updating, ...after })).toMatchObject({ counts: { rejected: 1 } });
  table = table.slice(3);
  expect(await engine.run({ ...updating, ...after })).toMatchObject({ counts: { removed: 1 } });
});

function withDefault(text: string): FieldMapping {
  return { ...column('team'), nulls: 'default', default: { text } };
}

/** As a baseline was written before it said which mapping its rows had. */
function forgetMapping(): void {
  const entries = [...store.objects];
  const [headKey, headObject] = entries.find(([key]) => key.endsWith('head.json'))!;
  const head = JSON.parse(Buffer.from(headObject.body).toString()) as Head;
  const { key } = head.manifest!;
  const text = Buffer.from(store.objects.get(key)!.body).toString();
  const body = Buffer.from(
    JSON.stringify({ ...(JSON.parse(text) as Manifest), mapping: undefined }),
  );
  store.objects.set(key, { ...store.objects.get(key)!, body });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const manifest = { key, bytes: body.length, sha256 };
  store.objects.set(headKey, {
    ...headObject,
    body: Buffer.from(JSON.stringify({ ...head, manifest })),
  });
}
