import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf, textsOf } from '../connector/lines.js';
import type { SourceConnection, UnloadPlace, UnloadedRows } from '../connector/source.js';
import { openDuck, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { openEngine } from '../testing/engine.js';
import { memoryDestination } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { streamOf } from './unloaded.js';

type Row = (string | null)[];
const place = 'v1/unloaded/7/';
let directory: string;
let duck: Duck;
let store: MemoryStore;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-unloaded-'));
  duck = await openDuck({ directory: join(directory, 'duck'), memoryMiB: 128 });
  store = new MemoryStore();
});
afterEach(async () => {
  duck.close();
  await rm(directory, { recursive: true, force: true });
});

/** Puts a file of rows into the bucket, as a source does. */
async function put(key: string, names: readonly string[], rows: readonly Row[]): Promise<void> {
  const file = join(directory, 'made.parquet');
  const sql = (text: string | null | undefined): string =>
    text === null || text === undefined
      ? 'null::varchar'
      : `decode(unhex('${Buffer.from(text).toString('hex')}'))`;
  const values = rows.map((row) => `(${names.map((_, n) => sql(row[n])).join(', ')})`);
  const columns = names.map((name) => `"${name}"`).join(', ');
  const from =
    rows.length > 0 ? `values ${values.join(', ')}` : `select ${names.map(() => "''")} limit 0`;
  await duck.run(
    `copy (select * from (${from}) as t(${columns})) to ${quoteText(file)} (format parquet)`,
  );
  await store.put(key, await readFile(file));
  await rm(file);
}

const closed: string[] = [];
const unloaded = (width: number, unload: () => Promise<number>): UnloadedRows => ({
  columns: Array.from({ length: width }, (_, n) => ({
    name: `n${n}`,
    type: 'text',
    vendorType: 't',
  })),
  form: 'memory',
  unload,
  close: async () => void closed.push('closed'),
});
const open = (rows: UnloadedRows) =>
  streamOf(rows, place, { store, duck, workDir: directory, signal: new AbortController().signal });

async function read(stream: ReturnType<typeof open>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of stream.chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

const text = fc.option(
  fc.string({ unit: fc.oneof(fc.constantFrom('\\', '\t', '\n', '\r', '\b', '\f', '\v', '"', "'", ',', 'N', 'ż', '🙂'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })) }),
  { nil: null },
); // prettier-ignore

describe('unloaded rows', () => {
  it('become the lines of the same values, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, text, text), { minLength: 1, maxLength: 10 }),
        async (rows) => {
          const stream = open(
            unloaded(3, async () => {
              await put(`${place}a.parquet`, ['drawbridge:0', 'select', 'x'], rows);
              return rows.length;
            }),
          );
          expect(String(await read(stream))).toBe(String(linesOf(rows)));
          await stream.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read file by file, and each file goes when it is read', async () => {
    await put('v1/unloaded/70/other.parquet', ['a'], [['of another run']]);
    const rows = unloaded(1, async () => {
      for (const n of [0, 1, 2]) await put(`${place}${n}.parquet`, ['a'], [[`${n}`], [`${n}'`]]);
      await put(`${place}3.parquet`, ['a'], []);
      return 6;
    });
    const stream = open(rows);
    const left: number[] = [];
    const texts: unknown[] = [];
    for await (const chunk of stream.chunks) {
      texts.push(...textsOf(chunk).flat());
      left.push([...store.objects.keys()].filter((key) => key.startsWith(place)).length);
    }
    expect(texts).toEqual(['0', "0'", '1', "1'", '2', "2'"]);
    expect(left).toEqual([4, 3, 2]);
    expect([...store.objects.keys()]).toEqual(['v1/unloaded/70/other.parquet']);
    expect(await readdir(directory)).toEqual(['duck']);
    await stream.close();
    expect(closed.pop()).toBe('closed');
  });

  it('may be none', async () => {
    expect(await read(open(unloaded(1, async () => 0)))).toHaveLength(0);
  });

  it('never pass for fewer than there are', async () => {
    const short = open(
      unloaded(1, async () => {
        await put(`${place}0.parquet`, ['a'], [['1']]);
        return 2;
      }),
    );
    await expect(read(short)).rejects.toMatchObject({ kind: 'TRANSIENT', code: 'source.cut' });
    await expect(read(open(unloaded(1, async () => 2)))).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.unloaded_elsewhere',
    });
  });

  it('leave nothing in the bucket when the reader walks away, or nobody reads', async () => {
    const rows = unloaded(1, async () => {
      for (const n of [0, 1]) await put(`${place}${n}.parquet`, ['a'], [[`${n}`]]);
      return 2;
    });
    const stream = open(rows);
    for await (const _ of stream.chunks) break;
    await stream.close();
    expect(store.objects.size).toBe(0);
  });

  it('are synced as rows that were sent, and compared with them', async () => {
    let people: Row[] = [['1', 'Ada\t', 'red'], ['2', null, 'blue']]; // prettier-ignore
    let isUnloading = true;
    const places: UnloadPlace[] = [];
    const columnsOf = (names: readonly string[]) =>
      names.map((name) => ({ name, type: 'text' as const, vendorType: 'text' }));
    const source = (): SourceConnection => ({
      check: async () => undefined,
      close: async () => undefined,
      query: async ({ columns }) => ({
        columns: columnsOf(columns),
        form: 'memory',
        chunks: (async function* () {
          yield linesOf(people);
        })(),
        close: async () => undefined,
      }),
      ...(isUnloading && {
        unload: async ({ columns }, to) => ({
          columns: columnsOf(columns),
          form: 'memory',
          unload: async () => {
            places.push(to);
            await put(`${to.key}data_0.parquet`, columns, people);
            return people.length;
          },
          close: async () => undefined,
        }),
      }),
    });
    const destination = memoryDestination();
    const engine = await openEngine({ source: source(), destination, store });
    try {
      expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { added: 2 } });
      expect([...destination.records.values()]).toEqual([
        { id: '1', name: 'Ada\t', team: 'red' },
        { id: '2', name: null, team: 'blue' },
      ]);
      expect(places.map(({ url, key }) => url === `${store.url}${key}`)).toEqual([true]);
      isUnloading = false;
      people = [['1', 'Ada\t', 'red'], ['2', 'Bob', 'blue']]; // prettier-ignore
      const second = await engine.run({}, { source: source() });
      expect(second.counts).toMatchObject({ unchanged: 1, changed: 1, added: 0, removed: 0 });
      expect([...store.objects.keys()].filter((key) => key.includes('/unloaded/'))).toEqual([]);
    } finally {
      await engine.close();
    }
  });
});
