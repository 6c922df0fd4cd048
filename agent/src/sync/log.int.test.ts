import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { openS3Store } from '../store/s3.js';
import type { Store } from '../store/store.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { openPostgresPair } from '../testing/postgres-pair.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// What rests in a real bucket of runs between real databases, and what can be made of it again.

let fixture: PostgresFixture;
let bucket: Bucket;
let directory: string;
let store: Store & { close(): void };
let source: SourceConnection;
let destination: DestinationConnection;
let engine: Engine;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  ({ source, destination } = openPostgresPair(fixture));
  process.env['AWS_ACCESS_KEY_ID'] = 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
});
afterAll(async () => {
  await source.close();
  await destination.close();
  await fixture.until('count(*) = 0');
  await fixture.close();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-log-'));
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  bucket = await openBucket({ directory, port: await freePort(), ...credentials });
  const { endpoint, bucket: name } = bucket;
  store = openS3Store({ bucket: name, prefix: 'drawbridge', endpoint, region: 'us-east-1' });
  engine = await openEngine({ source, destination, store });
  await sql(`drop table if exists here; drop table if exists there;
    create table here (id bigint primary key, name text, data jsonb);
    create table there (id bigint primary key, name text, data jsonb);
    insert into here select n, 'planted' || n || e'\\t\\\\"', jsonb_build_object('planted', n) from generate_series(1, 500) n`);
});
afterEach(async () => {
  await engine.close();
  store.close();
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

const sql = (text: string): Promise<unknown> => fixture.client.query(text);
const tableOf = async (name: string): Promise<unknown[]> =>
  (await fixture.client.query(`select id::text, name, data::text from ${name} order by id`))
    .rows as unknown[];
const run = (change: Partial<SyncRequest> = {}): Promise<SyncReport> =>
  engine.run({
    model: { name: 'm', query: { table: 'here' }, primaryKey: ['id'] },
    object: 'there',
    fields: [column('name'), column('data')],
    removals: ['nothing', 'delete'],
    ...change,
  });
const change = `update here set name = 'other' where id <= 50; delete from here where id > 490;
  insert into here values (1000, 'new', null)`;

it('holds enough to take a run back', async () => {
  await run();
  const before = await tableOf('there');
  await sql(change);
  const runId = crypto.randomUUID();
  expect(await run({ runId })).toMatchObject({ counts: { added: 1, changed: 50, removed: 10 } });
  expect(await tableOf('there')).toEqual(await tableOf('here'));
  expect(await run({ run: { ...options, undo: runId } })).toMatchObject({
    outcome: 'succeeded',
    counts: { queried: 0, added: 10, changed: 50, removed: 1, sent: 61 },
  });
  expect(await tableOf('there')).toEqual(before);
  expect(await run()).toMatchObject({ counts: { added: 1, changed: 50, removed: 10, sent: 61 } });
  expect(await tableOf('there')).toEqual(await tableOf('here'));
});

it('holds no value where none may rest there, and runs are the same', async () => {
  const hashed = { snapshots: 'hashed' as const };
  await run(hashed);
  expect(await run(hashed)).toMatchObject({ counts: { unchanged: 500, sent: 0 } });
  await sql(change);
  await sql(`alter table there add check (name <> 'other' or id <> 7)`);
  expect(await run(hashed)).toMatchObject({
    counts: { added: 1, changed: 50, removed: 10, sent: 60, rejected: 1 },
    errors: [{ failure: { vendorCode: '23514' } }],
  });
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1')),
  );
  expect(texts.length).toBeGreaterThan(10);
  // Parquet is compressed; what can be found in the text of all others is names and codes.
  expect(texts.filter((text) => /planted|"other"/.test(text))).toEqual([]);
});
