import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDuck, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Manifest, Segment } from './baseline.js';
import { compactValues } from './compact-values.js';
import type { RecordContext } from './segments.js';
import { parquet } from './work-files.js';

// Which files of values stay as they are when segments become one, and what is written anew (invariants 2, 7).

let directory: string;
let duck: Duck;
let store: MemoryStore;
let written: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'values-'));
  duck = await openDuck({ directory: join(directory, 'duck'), memoryMiB: 96 });
  store = new MemoryStore();
  written = 0;
});
afterEach(async () => {
  duck.close();
  await rm(directory, { recursive: true, force: true });
});

/** Stores rows with the keys `from` to `to` (not included). */
async function stored(
  from: number,
  to: number,
  columns = '"c:id", "c:name"',
): Promise<ObjectPointer> {
  const key = `values-${++written}`;
  const file = join(directory, key);
  // Texts that no compression makes small, so that a file's size tells how many there are.
  await duck.run(`copy (select n::ubigint as klo, hash(n) as khi, 16::ubigint as rh, ${columns}
    from (select n, n::varchar as "c:id", sha256(n || ${quoteText(key)}) as "c:name", null as "c:team"
      from range(${from}, ${to}) as r(n))) to ${quoteText(file)} (format parquet)`);
  await store.upload(key, file);
  const body = await readFile(file);
  return { key, bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
}

const put = (isNew: boolean, rows: number, values: ObjectPointer[]): Segment => ({
  kind: 'put',
  isNew,
  rows,
  values,
  fingerprint: { key: '', bytes: 0, sha256: '' },
});

async function compacted(
  segments: Segment[],
  survivors: number[],
): Promise<{ kept: string[]; anew: number; rows: number }> {
  const columns = ['id', 'name'].map((name) => ({ name, type: 'text', vendorType: 'text' }));
  const manifest = { columns, keyColumns: 1, segments } as unknown as Manifest;
  const tools = {
    store,
    workDir: directory,
    cacheDir: join(directory, 'cache'),
    signal: new AbortController().signal,
  } as unknown as RecordContext['tools'];
  const { kept, file, rows } = await compactValues(manifest, survivors, { tools, duck });
  const anew = file ? await duck.rows(`select count(*) from ${parquet([file])}`) : [[0]];
  return { kept: kept.map(({ key }) => key), anew: Number(anew[0]![0]), rows };
}

test('nothing is written when everything was sent again', async () => {
  const segments = [
    put(true, 900, [await stored(0, 900)]),
    put(false, 900, [await stored(0, 900)]),
  ];
  expect(await compacted(segments, [0, 900])).toEqual({ kept: ['values-2'], anew: 0, rows: 900 });
});

test('a file of which a row was overridden is written anew, without that row', async () => {
  const segments = [put(true, 900, [await stored(0, 900)]), put(false, 1, [await stored(7, 8)])];
  expect(await compacted(segments, [899, 1])).toEqual({ kept: [], anew: 900, rows: 900 });
});

test('small files become one, and the large one beside them stays', async () => {
  const small = [await stored(900, 905), await stored(905, 910)];
  const segments = [put(true, 905, [await stored(0, 900), small[0]!]), put(true, 5, [small[1]!])];
  expect(await compacted(segments, [905, 5])).toEqual({ kept: ['values-3'], anew: 10, rows: 910 });
});

test('a file with other columns than the baseline has now is written anew', async () => {
  const without = put(true, 900, [await stored(0, 900, '"c:id"')]);
  const beyond = put(true, 900, [await stored(900, 1800, '"c:id", "c:name", "c:team"')]);
  const alike = put(true, 900, [await stored(1800, 2700)]);
  expect(await compacted([without, beyond, alike], [900, 900, 900])).toEqual({
    kept: ['values-3'],
    anew: 1800,
    rows: 2700,
  });
});

test('what has no row left is not fetched', async () => {
  const lost = { ...(await stored(0, 900)), key: 'lost' };
  const segments = [put(true, 900, [lost]), put(false, 900, [await stored(0, 900)])];
  expect(await compacted(segments, [0, 900])).toMatchObject({ rows: 900 });
});

test('of rows that were taken out and came again only the last are left', async () => {
  const removed: Segment = { ...put(false, 100, [await stored(0, 100)]), kind: 'remove' };
  const segments = [
    put(true, 900, [await stored(0, 900)]),
    removed,
    put(true, 100, [await stored(0, 100)]),
  ];
  expect(await compacted(segments, [800, 0, 100])).toMatchObject({ rows: 900 });
});
