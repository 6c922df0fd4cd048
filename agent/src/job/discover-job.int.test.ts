import { create, DiscoveredKind, DiscoverSchema, FailureKind } from '@drawbridge/proto';
import type { DiscoverySchema, MessageInitShape } from '@drawbridge/proto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import { loadRegistry } from '../connector/registry.js';
import { Redaction } from '../secret/redaction.js';
import { HeldLease } from '../session/lease.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { prepareDiscovery } from './discover-job.js';
import { Limiters } from './limiters.js';
import type { Tools } from './work.js';

let fixture: PostgresFixture;
let store: MemoryStore;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  await fixture.client.query(
    `create table person (id bigint primary key, email text);
      insert into person values (4711, 'canary@example.com')`,
  );
  store = new MemoryStore();
});
afterAll(() => fixture.close());

type Told = MessageInitShape<typeof DiscoverySchema>;

async function toolsOf(change: Partial<Tools> = {}): Promise<Tools> {
  return {
    registry: await loadRegistry(),
    resolveSecret: async () => fixture.secrets.password,
    redaction: new Redaction(),
    openStore: () => Object.assign(store, { close: () => undefined }),
    limiters: new Limiters(systemClock),
    isDiscoveryOn: true,
    jobsDir: '',
    cacheDir: '',
    memoryMiB: 256,
    clock: systemClock,
    ...change,
  };
}

const connection = (change: { type?: string; port?: number } = {}) => {
  const { host, port, database, user } = fixture.settings;
  const text = (name: string, value: string) => ({
    name,
    value: { case: 'text' as const, value },
  });
  return {
    name: 'here',
    type: change.type ?? 'postgres',
    settings:
      change.type === 'http'
        ? [text('baseUrl', 'http://127.0.0.1:1/')]
        : [
            text('host', host),
            {
              name: 'port',
              value: { case: 'number' as const, value: change.port ?? port },
            },
            text('database', database),
            text('user', user),
            text('ssl', 'disable'),
          ],
    secrets: change.type === 'http' ? [] : [{ name: 'password', reference: 'env:PW' }],
  };
};

async function discover(
  side: 'source' | 'destination',
  path: string[],
  { tools = {}, ...change }: { tools?: Partial<Tools>; type?: string; port?: number } = {},
): Promise<Told> {
  const asked = create(DiscoverSchema, {
    connection: { case: side, value: connection(change) },
    path,
  });
  const lease = new HeldLease({ jobId: crypto.randomUUID(), epoch: 1n }, systemClock);
  lease.renew(systemClock.monotonicMs() + 60_000);
  const work = prepareDiscovery(asked, await toolsOf(tools));
  const right = { lease, onProgress: () => undefined, signal: new AbortController().signal };
  const result = await work.run(right);
  lease.release();
  if (result.case !== 'discovery') throw new TypeError(result.case);
  return result.value;
}

it('tells what is in a source and in a destination, names and types alone', async () => {
  const column = { kind: DiscoveredKind.COLUMN, label: '', isRequired: false };
  expect(await discover('source', ['public', 'person'])).toEqual({
    entries: [
      { ...column, name: 'id', type: 'bigint', isKey: true },
      { ...column, name: 'email', type: 'text', isKey: false },
    ],
    isCutOff: false,
    durationMs: expect.any(Number),
  });
  const tables = await discover('destination', []);
  expect(tables.entries).toMatchObject([{ name: 'public.person', kind: DiscoveredKind.TABLE }]);
  expect(JSON.stringify([tables, await discover('destination', ['person'])])).not.toMatch(
    /canary|4711/,
  );
});

it('says why it can not, and keeps the words in the bucket', async () => {
  const missing = await discover('source', ['nowhere']);
  expect(missing).toMatchObject({
    failure: { kind: FailureKind.CONFIG, code: 'listing.missing' },
  });
  expect(missing.entries).toBeUndefined();
  const kept = store.objects.get(`v1/errors/${missing.failure?.errorId}.json`);
  expect(Buffer.from(kept?.body ?? []).toString()).toContain('nowhere');
  expect(await discover('source', [], { port: 1 })).toMatchObject({
    failure: { code: 'source.unreachable' },
  });
  expect(await discover('destination', [], { type: 'http' })).toMatchObject({
    failure: { kind: FailureKind.CONFIG, code: 'listing.not_offered' },
  });
});

it('is refused before anything is opened where it is off', async () => {
  const tools = {
    isDiscoveryOn: false,
    resolveSecret: () => Promise.reject(new Error('Nothing may be opened.')),
  };
  await expect(discover('source', [], { tools })).rejects.toMatchObject({
    kind: 'CONFIG',
    code: 'discovery.off',
  });
});

it('knows only what it is given', async () => {
  await expect(discover('source', [], { type: 'oracle' })).rejects.toMatchObject({
    code: 'connector.unknown',
  });
});
