import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, RunSyncSchema } from '@drawbridge/proto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import { loadRegistry } from '../connector/registry.js';
import { Redaction } from '../secret/redaction.js';
import { HeldLease } from '../session/lease.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver } from '../testing/http-receiver.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { runSyncOf } from '../testing/wire-sync.js';
import { Limiters } from './limiters.js';
import { prepareSync } from './sync-job.js';

// What rests in the bucket of a row that was refused: the whole dialogue, and none of the secrets that the far side quotes.

const token = 'tok-5f0c9a17/+=';

let fixture: PostgresFixture;
let receiver: HttpReceiver;
let folder: string;
let store: MemoryStore;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
});
afterAll(() => fixture.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-errors-'));
  store = new MemoryStore();
  receiver = await openHttpReceiver(({ method, headers, body }) => ({
    status: method === 'HEAD' ? 200 : 422,
    headers: { 'set-cookie': 'sid=82641', 'x-reason': 'unknown plan' },
    body: JSON.stringify({ problem: 'no such plan', yourHeaders: headers, yourBody: body }),
  }));
  await fixture.client.query(`drop table if exists here, there;
    create table here as select 1 as id, 'Ann' as name, 'gold' as plan;
    create table there (id int primary key, name text, plan text check (plan <> 'gold'))`);
});
afterEach(async () => {
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

const yaml = (): string => {
  const { host, port, database, user } = fixture.settings;
  const settings = `{ host: "${host}", port: ${port}, database: ${database}, user: "${user}", ssl: disable }`;
  const mapping = 'mode: upsert, key: { id: id }, fields: { name: name, plan: plan }';
  return `
sources: { s: { type: postgres, settings: ${settings}, secrets: { password: env:DB_PASSWORD } } }
destinations:
  web:
    type: http
    settings: { baseUrl: "${receiver.url}", headers: { x-team: sales } }
    secrets: { secret: env:TOKEN }
  db: { type: postgres, settings: ${settings}, secrets: { password: env:DB_PASSWORD } }
models: { m: { source: s, primaryKey: [id], table: here } }
syncs:
  to-web: { model: m, destination: web, object: /people, ${mapping} }
  to-db: { model: m, destination: db, object: there, ${mapping} }
`;
};

/** A run as a job carries it out; the texts of its errors. */
async function errorsOf(sync: string): Promise<string[]> {
  const lease = new HeldLease({ jobId: crypto.randomUUID(), epoch: 1n }, systemClock);
  lease.renew(systemClock.monotonicMs() + 60_000);
  const secrets = new Map([
    ['env:TOKEN', `Bearer ${token}`],
    ['env:DB_PASSWORD', fixture.secrets.password],
  ]);
  const work = prepareSync(create(RunSyncSchema, runSyncOf(yaml(), sync).value), {
    registry: await loadRegistry(),
    resolveSecret: async (reference) => secrets.get(reference) ?? '',
    redaction: new Redaction(),
    openStore: () => Object.assign(store, { close: () => undefined }),
    limiters: new Limiters(systemClock),
    isDiscoveryOn: true,
    jobsDir: folder,
    cacheDir: join(folder, 'cache'),
    memoryMiB: 512,
    clock: systemClock,
  });
  const { value } = await work.run({
    lease,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  lease.release();
  expect(value).toMatchObject({ counts: { rejected: 1n } });
  const keys = [...store.objects.keys()].filter((key) => key.includes('/errors/'));
  return keys.map((key) => Buffer.from(store.objects.get(key)?.body ?? []).toString());
}

it('holds request and answer of HTTP, without the secrets that both quote', async () => {
  const [text = ''] = await errorsOf('to-web');
  const { samples, ...group } = JSON.parse(text);
  expect(group).toMatchObject({ code: 'destination.rejected', vendorCode: '422', count: 1 });
  const [{ request, response, row }] = samples;
  expect(row).toEqual({ id: '1', name: 'Ann', plan: 'gold' });
  expect(request).toMatchObject({
    method: 'POST',
    url: `${receiver.url}people`,
    headers: { authorization: '[redacted]', 'x-team': 'sales' },
    body: '{"id":1,"name":"Ann","plan":"gold"}',
  });
  expect(response).toMatchObject({
    status: 422,
    headers: { 'set-cookie': '[redacted]', 'x-reason': 'unknown plan' },
  });
  expect(response.body).toContain('no such plan');
  // The receiver heard it, and quoted it.
  expect(receiver.received.at(-1)?.headers['authorization']).toBe(`Bearer ${token}`);
  for (const secret of [token, '82641']) expect(text).not.toContain(secret);
});

it('holds statement and columns of PostgreSQL, and the row that it refused', async () => {
  const [text = ''] = await errorsOf('to-db');
  const { samples, ...group } = JSON.parse(text);
  expect(group).toMatchObject({ code: 'destination.rejected', vendorCode: '23514' });
  expect(samples).toHaveLength(1);
  expect(samples[0]).toMatchObject({
    change: 'added',
    ord: 0,
    detail: expect.stringContaining('there_plan_check'),
    request: {
      statements: [expect.stringMatching(/^copy .*there" \("id", "name", "plan"\) from stdin$/)],
      columns: ['id', 'name', 'plan'],
    },
    row: { id: '1', name: 'Ann', plan: 'gold' },
  });
});
