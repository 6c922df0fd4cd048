import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column, ids, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Head } from './baseline.js';

// What a delivery notes in the bucket, and what a run makes of it that finds it lost (invariants 3, 5).

let table: TextRow[];
let calls: string[];
let dies: (call: string, key: string) => boolean;
let moods: Moods;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const run = { dryRun: false, full: false, rebaseline: false, verify: false };
const appending = {
  mode: 'append' as const,
  key: [],
  onRemoved: { action: 'nothing' as const, set: [] },
  fields: [column('id'), column('name')],
};

beforeEach(async () => {
  table = Array.from({ length: 150 }, (_, n) => ({ id: String(n), name: `person ${n}` }));
  calls = [];
  dies = () => false;
  moods = { maxRows: 7 };
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => {
    calls.push(`${call} ${key}`);
    if (dies(call, key)) throw new Error('The machine is gone.');
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const entries = (): string[] => [...store.objects.keys()].filter((key) => key.includes('/acks/'));
const numbers = (): (string | undefined)[] => entries().map((key) => key.split('-').at(-1));
const codeOf = async (how: Partial<typeof run> = {}): Promise<string | undefined> =>
  (await engine.run({ ...appending, run: { ...run, ...how } })).failure?.failure.code;

/** Everything is sent and noted, nothing is recorded. */
async function cutOff(): Promise<void> {
  dies = (call, key) => call === 'put' && key.includes('manifest');
  await engine.run(appending);
  dies = () => false;
  expect(destination.appended).toHaveLength(150);
  expect(entries().length).toBeGreaterThan(3);
}

describe('a journal', () => {
  it('is opened before the head names the delivery, by one small object (invariant 5)', async () => {
    await engine.run();
    const puts = calls.filter((call) => call.startsWith('put '));
    const opened = puts.findIndex((call) => call.endsWith('-00000000'));
    const announced = puts.findIndex((call) => call.endsWith('head.json'));
    expect(opened).toBeGreaterThanOrEqual(0);
    expect(opened).toBeLessThan(announced);
    expect(puts.filter((call) => call.endsWith('-00000000'))).toHaveLength(1);
    expect(store.objects.get(entries()[0]!)!.body.length).toBeLessThan(100);
  });

  it('has none where nothing is sent', async () => {
    await engine.run();
    const before = entries();
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 150, sent: 0 } });
    expect(await engine.run({ run: { ...run, rebaseline: true } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(entries()).toEqual(before);
  });

  it('has no gap while many write at once, whatever the order of answers', async () => {
    const wide = memoryDestination({ maxRows: 7, concurrency: 16 });
    const many = await openEngine({ source: memorySource(() => table), destination: wide, store });
    expect(await many.run(appending)).toMatchObject({ counts: { sent: 150 } });
    expect(numbers()).toEqual(numbers().map((_, n) => String(n).padStart(8, '0')));
    await many.close();
  });
});

describe('outcomes that take turns', () => {
  const creating = { mode: 'create' as const, onRemoved: appending.onRemoved };

  it('are recovered row by row: sent, skipped and refused (invariants 1, 2, 3, 9)', async () => {
    table = Array.from({ length: 3_000 }, (_, n) => ({ id: String(n), name: 'new' }));
    for (const { id } of table.filter((_, n) => n % 2 === 0))
      destination.records.set(JSON.stringify([id]), { id: id!, name: 'theirs' });
    moods.refuses = ({ id }) => Number(id) % 3 === 0;
    dies = (call, key) => call === 'put' && key.includes('manifest');
    await engine.run(creating);
    dies = () => false;
    for (const key of entries()) expect(store.objects.get(key)!.body.length).toBeLessThan(30_000);
    delete moods.refuses;
    // Of every six rows two were refused, two taken and two were there already.
    expect(await engine.run(creating)).toMatchObject({
      resumed: 2_000,
      counts: { unchanged: 2_000, added: 1_000, sent: 500, skipped: 500 },
    });
    expect([...destination.records.values()].filter(({ name }) => name === 'theirs')).toHaveLength(1_500); // prettier-ignore
    table = [];
    expect(await engine.run({ ...creating, onRemoved: { action: 'delete', set: [] } })).toMatchObject({
      counts: { removed: 1_500, sent: 1_500 },
    }); // prettier-ignore
    expect([...destination.records.values()]).toHaveLength(1_500);
  });
});

describe('a journal that is lost', () => {
  it.each([
    ['whole', () => true, 'journal.missing'],
    ['at its beginning', (n: number) => n === 0, 'journal.missing'],
    ['in the middle', (n: number) => n === 2, 'journal.missing'],
  ])('%s, stops the next run, and nothing is sent twice (invariants 3, 5)', async (_, which, code) => {
    await cutOff();
    await store.remove(entries().filter((_key, n) => which(n)));
    expect(await codeOf()).toBe(code);
    expect(await codeOf()).toBe(code);
    expect(destination.appended).toHaveLength(150);
  }); // prettier-ignore

  it.each([
    ['cut', (body: string) => body.slice(0, -9)],
    ['empty', () => ''],
    ['of another kind', () => '{}'],
    ['from the future', () => '{"format":99,"intents":[],"outcomes":[]}'],
  ])('since an entry is %s, stops the next run as well', async (_, damage) => {
    await cutOff();
    const key = entries().at(-1)!;
    const { body } = store.objects.get(key)!;
    await store.put(key, Buffer.from(damage(Buffer.from(body).toString())));
    expect(await codeOf()).toBe('journal.corrupt');
    expect(destination.appended).toHaveLength(150);
  });

  it('is got over by taking the query as it is', async () => {
    await cutOff();
    await store.remove(entries());
    expect(await codeOf({ rebaseline: true })).toBeUndefined();
    table.push({ id: '777', name: 'new' });
    expect(await engine.run(appending)).toMatchObject({ counts: { unchanged: 150, sent: 1 } });
    expect(destination.appended).toHaveLength(151);
  });

  it('is got over by sending everything again', async () => {
    await cutOff();
    await store.remove(entries());
    expect(await codeOf({ full: true })).toBeUndefined();
    expect(destination.appended).toHaveLength(300);
    expect(await codeOf()).toBeUndefined();
    expect(destination.appended).toHaveLength(300);
  });

  it('is none when nothing had left: the first entry is enough', async () => {
    dies = (call, key) => call === 'put' && key.endsWith('-00000001');
    await engine.run(appending);
    dies = () => false;
    expect(numbers()).toEqual(['00000000']);
    expect(await engine.run(appending)).toMatchObject({ counts: { sent: 150 } });
    expect(destination.appended).toHaveLength(150);
  });
});

describe('a journal of an older agent', () => {
  const head = `v1/ws=${ids.workspaceId}/sync=${ids.syncId}/head.json`;

  it('is read as it is: without a first entry, with gaps and ranges (invariant 3)', async () => {
    await cutOff();
    const { inFlight, ...rest } = JSON.parse(
      Buffer.from(store.objects.get(head)!.body).toString(),
    ) as Head;
    const { journal: _, ...left } = inFlight!;
    await store.put(head, Buffer.from(JSON.stringify({ ...rest, inFlight: left })));
    const root = entries()[0]!.slice(0, -8);
    await store.remove(entries());
    const change = 'added';
    const told = { answered: [[0, 40], [50, 60]], unknown: [[10, 12]], skipped: [], refused: [[3, 5]] }; // prettier-ignore
    const older = [
      { kind: 'intent', change, from: 0, to: 100 },
      { kind: 'outcome', change, ...told, refusals: { 'destination.rejected': [[3, 5]] } },
    ];
    for (const [n, entry] of older.entries())
      await store.put(`${root}0000000${n + 1}`, Buffer.from(JSON.stringify(entry)));
    // Taken: 46. Held, since they may have arrived: rows 40 to 50, 60 to 100, and the two unknown ones.
    expect(await engine.run({ ...appending, uncertain: 'hold' })).toMatchObject({
      resumed: 46,
      errors: [{ failure: { code: 'delivery.uncertain' }, count: 52 }],
      counts: { unchanged: 98, sent: 52 },
    });
  });
});
