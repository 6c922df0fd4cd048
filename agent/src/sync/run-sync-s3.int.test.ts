import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../connector/settings.js';
import { onCrashPoint } from '../crash-point.js';
import type { CrashPoint } from '../crash-point.js';
import s3 from '../destination/s3/index.js';
import { openDuck, quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { column, eagerClock, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openS3Fixture, s3Tries } from '../testing/s3-bucket.js';
import type { S3Fixture } from '../testing/s3-bucket.js';
import type { ReadDataset } from '../testing/s3-reader.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// Files in S3 through the whole engine. A reader goes by `_SUCCESS` and manifests, and checks each file's length and hash.

let fixture: S3Fixture;
let destination: ReturnType<typeof s3.open>;
let engine: Engine;
let table: TextRow[];
let isDead: boolean;
let runs = 0;
let objects = 0;
let object: string;

const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `p "${n}", ż\n`, score: null }));
const typeOf = (name: string) =>
  (
    ({
      id: { type: 'integer', vendorType: 'int8' },
      score: { type: 'decimal', vendorType: 'numeric' },
    }) as const
  )[name] ?? { type: 'text' as const, vendorType: 'text' };

beforeAll(async () => {
  fixture = await openS3Fixture();
});
afterAll(() => fixture.close());
beforeEach(async () => {
  table = people(20);
  isDead = false;
  object = `object-${++objects}`;
  // A process that is dead asks the bucket for nothing more.
  fixture.bucket.moods.push({ fits: () => isDead, times: Infinity, does: 'cut' });
  const { accessKeyId, secretAccessKey } = fixture.bucket;
  const secrets = { accessKeyId, secretAccessKey, sessionToken: undefined };
  destination = s3.open({ settings: readSettings(s3.settings, fixture.settings), secrets });
  const store = new MemoryStore(() => {
    if (isDead) throw dead();
  });
  engine = await openEngine({ source: memorySource(() => table, typeOf), destination, store });
});
afterEach(async () => {
  onCrashPoint(() => undefined);
  fixture.bucket.moods.length = 0;
  await engine.close();
  await destination.close();
});

const dead = (): Failure => new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
const run = (change: Partial<SyncRequest> = {}): Promise<SyncReport> => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5) + ++runs * 1000;
  return engine.run(
    { object: `${object}/{run}`, fields: ['name', 'score'].map(column), ...change },
    { clock: { ...eagerClock, now: () => now } },
  );
};
const root = (): string => `out/${object}/`;
const datasets = (): Promise<ReadDataset[]> => fixture.reader.datasets(root());
const filesOf = ({ manifest }: ReadDataset): (string | number)[][] =>
  manifest.files.map(({ name, rows }) => [name, rows]);

/** What somebody has who applies each whole dataset to what the ones before have made. */
async function applied(): Promise<TextRow[]> {
  const records = new Map<string, TextRow>();
  for (const dataset of await datasets()) {
    if (dataset.manifest.content === 'result') records.clear();
    for (const { operation, ...row } of await changesIn(dataset))
      if (operation === 'removed') records.delete(`${row.id}`);
      else records.set(`${row.id}`, row);
  }
  return [...records.values()].toSorted(byId);
}

/** Rows with what became of them: by a column of theirs, or by the file that they are in. */
async function changesIn({ manifest, bodies }: ReadDataset): Promise<TextRow[]> {
  const files = manifest.files.map(async ({ name, operation = null }, n) => {
    const rows = await rowsOf(name, bodies[n] ?? Buffer.alloc(0));
    return rows.map(({ _operation, ...row }) => ({ ...row, operation: _operation ?? operation }));
  });
  return (await Promise.all(files)).flat();
}

const byId = (x: TextRow, y: TextRow): number => Number(x.id) - Number(y.id);

const readers = {
  csv: ['read_csv', ', all_varchar = true, allow_quoted_nulls = false'],
  ndjson: ['read_json', ", format = 'newline_delimited'"],
  parquet: ['read_parquet', ''],
} as const;

/** Asks a database of a file of any format. */
async function queryFile<T>(
  { name, body }: { name: string; body: Buffer },
  ask: (duck: Duck, from: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-reading-'));
  const duck = await openDuck({ directory, memoryMiB: 128 });
  try {
    const [, format = '', packed = ''] = name.split('.');
    const unpack = { gz: gunzipSync, zst: zstdDecompressSync }[packed];
    const path = join(directory, 'file');
    await writeFile(path, unpack ? unpack(body) : body);
    const [read, options] = readers[format as keyof typeof readers];
    return await ask(duck, `${read}(${quoteText(path)}${options})`);
  } finally {
    duck.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Each value as a text. */
const rowsOf = (name: string, body: Buffer): Promise<TextRow[]> =>
  queryFile({ name, body }, async (duck, from) => {
    const described = await duck.rows(`select column_name from (describe from ${from})`);
    const names = described.flat().map(String);
    const texts = names.map((one) => `"${one}"::varchar`).join(', ');
    const rows = await duck.rows(`select ${texts} from ${from}`);
    return rows.map((row) =>
      Object.fromEntries(names.map((one, n) => [one, row[n] as string | null])),
    );
  });

/** From a point on nothing that the agent does is seen any more, as if it had been killed there. */
async function dieAt(point: CrashPoint, change: Partial<SyncRequest>): Promise<void> {
  onCrashPoint((name) => {
    if (name !== point) return;
    isDead = true;
    throw dead();
  });
  expect(await run(change)).toMatchObject({ outcome: 'failed' });
  expect(isDead).toBe(true);
  onCrashPoint(() => undefined);
  isDead = false;
}

function alter(): void {
  table = [...table.slice(3), { id: '77', name: '', score: '1.25' }];
  table[0] = { ...table[0], name: 'changed', score: '-0.25' };
}

describe.each(['csv', 'ndjson', 'parquet'])('%s', (format) => {
  it('of changes, each with its operation', async () => {
    const how = { options: { format, compression: 'zstd' } };
    expect(await run(how)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(await applied()).toEqual(table);
    alter();
    expect(await run(how)).toMatchObject({ counts: { added: 1, changed: 1, removed: 3, sent: 5 } });
    expect(await applied()).toEqual(table.toSorted(byId));
    expect((await datasets())[1]?.manifest.operations).toEqual({
      added: 1,
      changed: 1,
      removed: 3,
    });
    // Nothing has changed, so there is nothing to be told.
    expect(await run(how)).toMatchObject({ outcome: 'succeeded', counts: { sent: 0 } });
    expect(await datasets()).toHaveLength(2);
  });
});

it('writes three files: added, changed and removed', async () => {
  const how = { options: { layout: 'byOperation' } };
  await run(how);
  alter();
  await run(how);
  const [first, second] = await datasets();
  expect(first && filesOf(first)).toEqual([['added-00000.csv.gz', 20]]);
  expect(second && filesOf(second)).toEqual([
    ['added-00000.csv.gz', 1],
    ['changed-00000.csv.gz', 1],
    ['removed-00000.csv.gz', 3],
  ]);
  expect(await applied()).toEqual(table.toSorted(byId));
});

it('writes the whole result each time', async () => {
  const how: Partial<SyncRequest> = {
    mode: 'replace',
    onRemoved: { action: 'nothing', set: [] },
    options: { format: 'parquet' },
  };
  expect(await run(how)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
  alter();
  expect(await run(how)).toMatchObject({ outcome: 'succeeded' });
  const found = await datasets();
  expect(found.map(({ manifest }) => [manifest.content, manifest.rows])).toEqual([
    ['result', 20],
    ['result', 18],
  ]);
  expect(await applied()).toEqual(table.toSorted(byId));
  table = [];
  expect(await run(how)).toMatchObject({ outcome: 'succeeded' });
  expect(await applied()).toEqual([]);
});

it('gives all files of a run the same types, whatever their own values need', async () => {
  const how = { options: { format: 'parquet' } };
  await run(how);
  table[0] = { ...table[0], score: '0.25' };
  table.push({ id: '50', name: 'new', score: '12345678901234567890.1' });
  await run(how);
  const [, { manifest, bodies } = { manifest: undefined, bodies: [] }] = await datasets();
  const types = manifest?.files.map(({ name }, n) =>
    queryFile({ name, body: bodies[n] ?? Buffer.alloc(0) }, (duck, from) =>
      duck.rows(`select typeof(id), typeof(score), score::varchar from ${from}`),
    ),
  );
  expect(await Promise.all(types ?? [])).toEqual([
    [['BIGINT', 'DECIMAL(38,2)', '12345678901234567890.10']],
    [['BIGINT', 'DECIMAL(38,2)', '0.25']],
  ]);
});

it('shows whole datasets alone to who looks at every request', async () => {
  const seen: Promise<ReadDataset[]>[] = [];
  const fits = (method: string): boolean => {
    if (method === 'PUT') seen.push(datasets());
    return false;
  };
  fixture.bucket.moods.push({ fits, times: 1, does: 'hang' });
  table = people(3_000);
  await run({ options: { maxRows: 1_000 } });
  fixture.bucket.moods.pop();
  const found = await Promise.all(seen);
  expect(found.length).toBeGreaterThanOrEqual(5);
  for (const each of found)
    expect([[], [3_000]]).toContainEqual(each.map(({ manifest }) => manifest.rows));
  expect(await applied()).toEqual(table);
});

it('splits by rows and by bytes', async () => {
  table = people(2_500);
  expect(await run({ options: { maxRows: 1_000 } })).toMatchObject({ counts: { sent: 2_500 } });
  const [first] = await datasets();
  expect(first && filesOf(first)).toEqual([
    ['added-00000.csv.gz', 1_000],
    ['added-00001.csv.gz', 1_000],
    ['added-00002.csv.gz', 500],
  ]);
  table = people(2_500).map((row) => ({ ...row, name: 'x'.repeat(1_000) }));
  const options = { maxMegabytes: 1, compression: 'none' };
  expect(await run({ options })).toMatchObject({ counts: { sent: 2_500 } });
  const [, second] = await datasets();
  const sizes = second?.manifest.files.map(({ bytes }) => bytes) ?? [];
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
  expect(await applied()).toEqual(table);
});

const append: Partial<SyncRequest> = { mode: 'append', onRemoved: { action: 'nothing', set: [] } };

describe.each([
  'load.named',
  'load.submitted',
  'load.over',
  'finish.before',
  'finish.statement',
] as const)('killed at %s', (point) => {
  it('has shown nothing, and the next run writes everything once', async () => {
    await dieAt(point, append);
    expect(await datasets()).toEqual([]);
    expect(await run(append)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    const found = await datasets();
    expect(found.map(({ manifest }) => manifest.rows)).toEqual([20]);
    // What the dead one had left is gone.
    expect(await fixture.reader.keys(root())).toHaveLength(3);
    expect(await applied()).toEqual(table);
  });
});

describe.each(['finish.after', 'deliver.after'] as const)('killed at %s', (point) => {
  it('has shown everything, and the next run knows it, and writes what came since', async () => {
    await dieAt(point, append);
    expect((await datasets()).map(({ manifest }) => manifest.rows)).toEqual([20]);
    table.push({ id: '50', name: 'late', score: null });
    expect(await run(append)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 1, uncertain: 0 },
    });
    expect((await datasets()).map(({ manifest }) => manifest.rows)).toEqual([20, 1]);
    expect(await applied()).toEqual(table);
  });
});

it('removes what it wrote when it is cancelled', async () => {
  const cancel = new AbortController();
  onCrashPoint((name) => {
    if (name === 'load.over') cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
  });
  const report = await engine.run({ object: `${object}/{run}` }, { signal: cancel.signal });
  expect(report).toMatchObject({ outcome: 'cancelled', counts: { sent: 0 } });
  expect(await fixture.reader.keys(root())).toEqual([]);
});

describe('appends once when `_SUCCESS` was stored', () => {
  const isEnd = (wanted: string) => (method: string, key: string) =>
    method === wanted && key.endsWith('_SUCCESS');
  const error = new S3Error(503, 'ServiceUnavailable', 'Please try again.');
  const expectOnce = async (): Promise<void> => {
    expect((await datasets()).map(({ manifest }) => manifest.rows)).toEqual([20]);
    fixture.bucket.moods.length = 0;
    expect(await run(append)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 0, uncertain: 0 },
    });
    expect((await datasets()).map(({ manifest }) => manifest.rows)).toEqual([20]);
    expect(await applied()).toEqual(table);
  };

  it('and sent again into 503', async () => {
    fixture.bucket.moods.push({ fits: isEnd('PUT'), times: 1, does: 'lose' });
    fixture.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries - 1, does: { error } });
    expect(await run(append)).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    await expectOnce();
  });

  it('and nobody could ask for it', async () => {
    fixture.bucket.moods.push({ fits: isEnd('PUT'), times: 1, does: 'lose' });
    fixture.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries - 1, does: { error } });
    fixture.bucket.moods.push({ fits: isEnd('HEAD'), times: s3Tries, does: { error } });
    const report = await run(append);
    expect(report).toMatchObject({ outcome: 'failed' });
    await expectOnce();
  });

  it('and the run was cut off meanwhile', async () => {
    const cancel = new AbortController();
    const fits = (method: string, key: string): boolean => {
      if (!isEnd('PUT')(method, key)) return false;
      cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
      return true;
    };
    fixture.bucket.moods.push({ fits, times: 1, does: 'lose' });
    const report = await engine.run(
      { object: `${object}/{run}`, fields: ['name', 'score'].map(column), ...append },
      { signal: cancel.signal },
    );
    expect(report.outcome).not.toBe('succeeded');
    await expect.poll(datasets).toHaveLength(1);
    await expectOnce();
  });
});
