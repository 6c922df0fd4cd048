import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueType } from '../connector/value.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { FieldMapping, RunOptions, SyncRequest } from './sync-request.js';

// A mapping or a type that became another one, and rows that are not to be sent for that.

let table: TextRow[];
let types: Record<string, { type: ValueType; vendorType: string }>;
let moods: Moods;
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const asked = (run: Partial<RunOptions>): Partial<SyncRequest> => ({ run: { ...options, ...run } });
const template = (text: string): FieldMapping => ({
  field: 'label',
  value: { kind: 'template', template: text },
  nulls: 'send',
});
const before = { fields: [column('name'), template('{{ name }}')] };
const shout = { fields: [column('name'), template('{{ name | upcase }}')] };
const wider = { fields: [column('name'), column('team'), template('{{ name }}')] };
const narrower = { fields: [template('{{ id }}')] };

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: `t ${n}` }));
  types = {};
  moods = {};
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => onStore(call, key));
  const typeOf = (name: string) => types[name] ?? { type: 'text' as const, vendorType: 'text' };
  const source = memorySource(() => table, typeOf);
  engine = await openEngine({ source, destination, store });
  await engine.run(before);
  destination.batches.length = 0;
});
afterEach(() => engine.close());

const sent = (): number => destination.batches.reduce((sum, { size }) => sum + size, 0);

describe('a mapping from now on', () => {
  it.each([
    ['a template', shout],
    ['a column more', wider],
    ['a column less', narrower],
  ])('sends rows as they change, and none for %s (invariants 2, 8)', async (_name, mapping) => {
    const fromNowOn = { ...mapping, mappingChange: 'from-now-on' as const };
    table[3]!.name = 'other';
    table.pop();
    table.push({ id: '99', name: 'new', team: null });
    const changed = mapping === narrower ? 0 : 1;
    expect(await engine.run(fromNowOn)).toMatchObject({
      outcome: 'succeeded',
      counts: { changed, added: 1, removed: 1, unchanged: 19 - changed, sent: 2 + changed },
      baseline: { rows: 20 },
      resentForMapping: 0,
    });
    const generation = (await engine.run(fromNowOn)).baseline?.generation;
    expect(await engine.run({ ...mapping, mappingChange: 'stop' })).toMatchObject({
      counts: { unchanged: 20, sent: 0 },
      baseline: { generation },
    });
    table[5]!.name = 'later';
    table[5]!.team = 'later';
    const later = mapping === narrower ? 0 : 1;
    expect(await engine.run(mapping)).toMatchObject({ counts: { changed: later, sent: later } });
  });

  it('is chosen for one run, and lasts', async () => {
    const stop = { ...shout, mappingChange: 'stop' as const };
    expect(await engine.run({ ...stop, ...asked({ mappingChange: 'from-now-on' }) })).toMatchObject(
      {
        outcome: 'succeeded',
        counts: { unchanged: 20, sent: 0 },
      },
    );
    expect(await engine.run(stop)).toMatchObject({ counts: { unchanged: 20 } });
    expect(sent()).toBe(0);
  });

  it('writes nothing in a dry run', async () => {
    const objects = store.objects.size;
    const dry = asked({ mappingChange: 'from-now-on', dryRun: true });
    expect(await engine.run({ ...shout, ...dry })).toMatchObject({ counts: { unchanged: 20 } });
    expect(store.objects.size).toBe(objects);
  });

  it.each(Array.from({ length: 10 }, (_, n) => n))(
    'sends nothing for it wherever the machine dies: write %i (invariant 3)',
    async (crash) => {
      const fromNowOn = { ...wider, mappingChange: 'from-now-on' as const };
      table[3]!.name = 'other';
      let calls = 0;
      onStore = (call) => {
        if (call === 'put' && calls++ >= crash) throw new Error('The machine is gone.');
      };
      await engine.run(fromNowOn);
      onStore = () => undefined;
      expect(await engine.run(fromNowOn)).toMatchObject({ outcome: 'succeeded' });
      expect(await engine.run(wider)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
      expect(sent()).toBeLessThan(3);
      expect(destination.records.get('["3"]')).toMatchObject({ name: 'other', team: 't 3' });
    },
  );

  it('keeps what the destination skipped out of removals (invariant 9)', async () => {
    destination.records.clear();
    destination.records.set('["1"]', { id: '1' });
    await engine.run({ ...before, mode: 'update', ...asked({ full: true }) });
    const fromNowOn = { ...wider, mode: 'update' as const, mappingChange: 'from-now-on' as const };
    expect(await engine.run(fromNowOn)).toMatchObject({ counts: { unchanged: 20 } });
    table = table.slice(3);
    expect(await engine.run(fromNowOn)).toMatchObject({ counts: { removed: 1, sent: 1 } });
  });
});

describe('a backfill', () => {
  const backfill = asked({ mappingChange: 'backfill' });

  it('says what to do instead where an earlier run left the rows as they were', async () => {
    await engine.run({ ...shout, mappingChange: 'from-now-on' });
    const report = await engine.run({ ...shout, ...backfill });
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'mapping.nothing_to_backfill' } },
      counts: { sent: 0 },
    });
    expect(await engine.run({ ...shout, ...asked({ full: true }) })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20 },
    });
  });

  it('is content where another attempt at the same run has done it', async () => {
    const runId = crypto.randomUUID();
    const again = { ...shout, ...backfill, runId };
    expect(await engine.run(again)).toMatchObject({ counts: { sent: 20 } });
    expect(await engine.run(again)).toMatchObject({ outcome: 'succeeded', counts: { sent: 0 } });
  });
});

describe('a mapping that stops the run', () => {
  const stop = { ...shout, mappingChange: 'stop' as const };

  it('says how many rows would be resent, and both ways on', async () => {
    table[3]!.name = 'other';
    const report = await engine.run(stop);
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'mapping.changed' } },
      resentForMapping: 19,
      counts: { changed: 20, pending: 20, sent: 0 },
    });
    const text = [...store.objects].find(([key]) => key.includes(report.failure!.errorId))![1];
    expect(Buffer.from(text.body).toString()).toMatch(/--backfill to send 19 .*--from-now-on/s);
  });

  it('lets rows through when asked to send them', async () => {
    table[3]!.name = 'other';
    expect(await engine.run({ ...stop, ...asked({ mappingChange: 'backfill' }) })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 20, sent: 20 },
      resentForMapping: 19,
    });
    expect(await engine.run(stop)).toMatchObject({
      counts: { unchanged: 20 },
      resentForMapping: 0,
    });
  });

  it('stops nothing while no row would be sent for it', async () => {
    expect(await engine.run({ ...before, mappingChange: 'stop' })).toMatchObject({
      outcome: 'succeeded',
    });
    table.forEach((row) => (row.name = `other ${row.id}`));
    expect(await engine.run(stop)).toMatchObject({ outcome: 'succeeded', resentForMapping: 0 });
  });
});

describe('a type that became another one', () => {
  const accept = asked({ acceptTypes: true });
  const decimal = (scale: number) => ({
    type: 'decimal' as const,
    vendorType: `numeric(10,${scale})`,
  });

  beforeEach(async () => {
    types = { team: decimal(1) };
    table.forEach((row, n) => (row.team = `${n}.5`));
    await engine.run({ ...wider, ...asked({ full: true }) });
    destination.batches.length = 0;
    types = { team: decimal(2) };
    table.forEach((row, n) => (row.team = `${n}.50`));
  });

  it('stops the run, which names the columns, their types and the ways on', async () => {
    const report = await engine.run(wider);
    expect(report).toMatchObject({ failure: { failure: { code: 'snapshot.type_drift' } } });
    const [, text] = [...store.objects].find(([key]) => key.includes(report.failure!.errorId))!;
    const { message } = JSON.parse(Buffer.from(text.body).toString()) as { message: string };
    expect(message).toContain('"team" was numeric(10,1) and is numeric(10,2)');
    expect(message).toMatch(/--accept-types.*--full/s);
    expect(message).not.toContain('.50');
  });

  it('is accepted: nothing is sent for it, and the run goes on (invariants 2, 8)', async () => {
    table[3]!.name = 'other';
    table.pop();
    expect(await engine.run({ ...wider, ...accept })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 1, removed: 1, unchanged: 18, sent: 2 },
      baseline: { rows: 19 },
    });
    expect(await engine.run(wider)).toMatchObject({ counts: { unchanged: 19, sent: 0 } });
    table[5]!.team = '7.25';
    expect(await engine.run(wider)).toMatchObject({ counts: { changed: 1, sent: 1 } });
  });

  it('is accepted while a new mapping is sent, too', async () => {
    const mapping = { fields: [...wider.fields, { ...column('team'), field: 'group' }] };
    expect(await engine.run({ ...mapping, ...accept })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 20, sent: 20 },
    });
  });

  it('still finds values that changed where the texts can be compared', async () => {
    types = { team: decimal(2), name: { type: 'text', vendorType: 'varchar' } };
    table[3]!.name = 'other';
    expect(await engine.run({ ...wider, ...accept })).toMatchObject({
      counts: { changed: 1, unchanged: 19, sent: 1 },
    });
  });

  it('is not accepted of a key whose values have other texts: nobody could tell who left', async () => {
    types = { ...types, id: { type: 'decimal', vendorType: 'numeric' } };
    expect(await engine.run({ ...wider, ...accept })).toMatchObject({
      failure: { failure: { code: 'snapshot.type_drift' } },
    });
    expect(sent()).toBe(0);
  });
});
