import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuck, quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { column, ids, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncReport, SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

const secret = 'planted-key-0123456789-0123456789';
const plain = { dryRun: false, full: false, rebaseline: false, verify: false };

let table: TextRow[];
let moods: Moods;
let onStore: (call: string, key: string) => void;
let store: MemoryStore;
let destination: MemoryDestination;
let engine: Engine;
let directory: string;

/** Values that stand out wherever they get to. */
const person = (id: number, version = 'one'): TextRow => ({
  id: String(id),
  name: `planted-${version}-${id}`,
  team: `planted-team-${id % 3}`,
});
const people = (count: number): TextRow[] => Array.from({ length: count }, (_, n) => person(n));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-hashing-'));
  table = people(30);
  moods = {};
  onStore = () => undefined;
  store = new MemoryStore((call, key) => onStore(call, key));
  destination = memoryDestination(moods);
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

function run(
  change: Partial<SyncRequest> = {},
  tools: Partial<SyncTools> = {},
): Promise<SyncReport> {
  return engine.run({ snapshots: 'hashed', ...change }, { hashKey: async () => secret, ...tools });
}

/** Every object of the bucket as text, Parquet as the rows in it. */
async function dump(): Promise<string> {
  const duck = await openDuck({ directory, memoryMiB: 200 });
  const texts: string[] = [];
  try {
    for (const [key, { body }] of store.objects) {
      texts.push(key, Buffer.from(body).toString('latin1'));
      if (Buffer.from(body.subarray(0, 4)).toString() !== 'PAR1') continue;
      const file = join(directory, 'dumped.parquet');
      await writeFile(file, body);
      const rows = await duck.rows(
        `select to_json(t)::varchar from read_parquet(${quoteText(file)}) as t`,
      );
      texts.push(...rows.map(String));
    }
  } finally {
    duck.close();
  }
  return texts.join('\n');
}

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));

describe('snapshots: hashed', () => {
  it('sends the same as if values were kept (invariants 1, 2, 8)', async () => {
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { added: 30, sent: 30 } });
    expect(await run()).toMatchObject({ counts: { unchanged: 30, sent: 0 } });
    table = [person(0, 'two'), ...people(30).slice(4), person(77)];
    expect(await run()).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 1, changed: 1, removed: 3, sent: 5, unchanged: 26 },
    });
    inStep();
    expect(await run({ run: { ...plain, verify: true } })).toMatchObject({
      counts: { unchanged: 28, sent: 0 },
    });
  });

  it('leaves no value in the bucket, whatever happens to a row', async () => {
    moods.refuses = ({ id }) => id === '3';
    await run();
    table = [
      { ...person(0, 'two'), name: null },
      person(1, 'two'),
      ...people(30).slice(6),
      person(91),
    ];
    const withhold = { rows: 1, percent: 1, action: 'withhold' as const };
    const skipping = [{ ...column('name'), nulls: 'skip-row' as const }, column('team')];
    const withheld = { removed: withhold, emptyResult: 'stop' as const };
    await run({ fields: skipping, guards: withheld });
    const approve = { rows: 1, percent: 1, action: 'approve' as const };
    expect(await run({ guards: { removed: approve, emptyResult: 'stop' } })).toMatchObject({
      outcome: 'waiting_approval',
    });
    let cuts = 1;
    moods.after = () => {
      if (cuts-- > 0)
        throw new Failure('TRANSIENT', 'destination.no_answer', 'Cut.', {
          detail: 'planted-detail',
        });
    };
    moods.maxRows = 2;
    await run();
    await run({ run: { ...plain, full: true } });
    for (let n = 0; n < 3; n += 1) {
      table = table.map((row, at) =>
        at % 5 === n % 5 ? person(Number(row.id), `round${n}`) : row,
      );
      await run();
    }
    const all = await dump();
    expect(all).toContain('91');
    expect(all).not.toContain('planted');
    expect(all).not.toContain('refused by mood');
  }, 60_000);

  it('would have been seen to leave values, if it kept them', async () => {
    await engine.run();
    expect(await dump()).toContain('planted-one-7');
  });

  it('writes the HMAC that anybody with the key can compute, and no fast hash beside it', async () => {
    await run();
    const duck = await openDuck({ directory, memoryMiB: 200 });
    const [key, object] = [...store.objects].find(([name]) => name.includes('/baseline/values/'))!;
    expect(key).toContain('/values/');
    const file = join(directory, 'values.parquet');
    await writeFile(file, object.body);
    const rows = await duck.rows(
      `select "c:id", "c:HMAC-SHA-256 of the row", rh::varchar from read_parquet(${quoteText(file)}) where "c:id" = '7'`,
    );
    duck.close();
    const derived = (from: string | Buffer, what: string): Buffer =>
      createHmac('sha256', from).update(`drawbridge ${what}`).digest();
    const rowKey = derived(derived(secret, `sync ${ids.workspaceId} ${ids.syncId}`), 'rows');
    const mac = createHmac('sha256', rowKey)
      .update('7\tplanted-one-7\tplanted-team-1')
      .digest('hex');
    expect(rows).toEqual([['7', mac, '16']]);
  });

  it.each(['announce', 'log', 'record'])(
    'goes on where a run was cut off at its %s (invariant 3)',
    async (at) => {
      await run();
      table = [person(0, 'two'), ...people(30).slice(4), person(77)];
      let isDead = false;
      onStore = (call, key) => {
        isDead ||=
          (at === 'log' && key.includes('/log/changelog/')) ||
          (at === 'record' && call === 'put' && key.includes('/baseline/manifest')) ||
          (at === 'announce' && call === 'put' && key.endsWith('-00000001'));
        if (isDead) throw new Failure('INTERNAL', 'test.died', 'Dead.');
      };
      await run().catch(() => undefined);
      onStore = () => undefined;
      expect(isDead).toBe(true);
      expect(await run()).toMatchObject({ outcome: 'succeeded' });
      inStep();
      expect(await run()).toMatchObject({ counts: { unchanged: 28, sent: 0 } });
      expect(await dump()).not.toContain('planted');
    },
  );

  it('stops without a key, and with another one than before (invariant 5)', async () => {
    const codeOf = async (tools: Partial<SyncTools>, change: Partial<SyncRequest> = {}) =>
      (await engine.run({ snapshots: 'hashed', ...change }, tools)).failure?.failure.code;
    expect(await codeOf({ hashKey: async () => '' })).toBe('snapshot.no_hash_key');
    expect(await codeOf({ hashKey: async () => 'short' })).toBe('snapshot.no_hash_key');
    await run();
    const other = { hashKey: async () => `other ${secret}` };
    expect(await codeOf(other)).toBe('snapshot.other_hash_key');
    expect(await codeOf(other, { run: { ...plain, full: true } })).toBeUndefined();
    expect(await codeOf(other)).toBeUndefined();
    inStep();
  });

  it('does not mix with a baseline of values', async () => {
    await engine.run();
    expect((await run()).failure?.failure.code).toBe('snapshot.kept_otherwise');
    expect(await run({ run: { ...plain, rebaseline: true } })).toMatchObject({
      outcome: 'succeeded',
    });
    expect(await run()).toMatchObject({ counts: { unchanged: 30 } });
    expect((await engine.run()).failure?.failure.code).toBe('snapshot.kept_otherwise');
  });

  it('sends all rows under a new mapping, and refuses to guess which are the same', async () => {
    await run();
    const fewer = { fields: [column('name')] };
    expect(await run({ ...fewer, mappingChange: 'from-now-on' })).toMatchObject({
      failure: { failure: { code: 'snapshot.hashed_recode' } },
    });
    expect(await run(fewer)).toMatchObject({ counts: { changed: 30, sent: 30 } });
    expect(await run(fewer)).toMatchObject({ counts: { unchanged: 30 } });
  });
});
