import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, RunSyncSchema } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { systemClock } from '../clock.js';
import { loadRegistry } from '../connector/registry.js';
import { Redaction } from '../secret/redaction.js';
import { HeldLease } from '../session/lease.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { runSyncOf } from '../testing/wire-sync.js';
import { Limiters } from './limiters.js';
import { prepareSync } from './sync-job.js';
import type { Result } from './work.js';

let fixtures: PostgresFixture[];
let folder: string;
let store: MemoryStore;
let epoch: bigint;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-place-'));
  store = new MemoryStore();
  epoch = 0n;
  const open = (): Promise<PostgresFixture> => openPostgresFixture(inject('postgresUrl'));
  fixtures = [await open(), await open()];
  for (const { client } of fixtures)
    await client.query(`create table here as select 1 as id, 'Ann' as name;
      create table there (id int primary key, name text)`);
});
afterEach(async () => {
  for (const fixture of fixtures) await fixture.close();
  await rm(folder, { recursive: true, force: true });
});

const settingsOf = ({ settings }: PostgresFixture, more = {}): string =>
  JSON.stringify({ ...settings, ...more });

/** A run as a job carries it out, always of the same sync: only the destination's settings are others. */
async function runTo(destination: string, options = {}): Promise<Result['value']> {
  const yaml = `
sources: { s: { type: postgres, settings: ${settingsOf(fixtures[0]!)}, secrets: { password: env:P } } }
destinations: { d: { type: postgres, settings: ${destination}, secrets: { password: env:P } } }
models: { m: { source: s, primaryKey: [id], table: here } }
syncs: { x: { model: m, destination: d, object: there, mode: upsert, key: { id: id }, fields: { name: name } } }
`;
  const wire = create(RunSyncSchema, runSyncOf(yaml, 'x', options).value);
  Object.assign(wire.spec!, { workspaceId: 'w', syncId: 's' });
  const lease = new HeldLease({ jobId: crypto.randomUUID(), epoch: ++epoch }, systemClock);
  lease.renew(systemClock.monotonicMs() + 60_000);
  const work = prepareSync(wire, {
    registry: await loadRegistry(),
    resolveSecret: async () => fixtures[0]!.secrets.password,
    redaction: new Redaction(),
    openStore: () => Object.assign(store, { close: () => undefined }),
    limiters: new Limiters(systemClock),
    isDiscoveryOn: true,
    jobsDir: folder,
    cacheDir: join(folder, 'cache'),
    memoryMiB: 512,
    clock: systemClock,
  });
  const { signal } = new AbortController();
  const { value } = await work.run({ lease, onProgress: () => undefined, signal });
  lease.release();
  return value;
}

const rowsOf = async ({ client }: PostgresFixture): Promise<unknown[]> =>
  (await client.query('select * from there')).rows;

it('calls no row unchanged in a database that never got it (invariant 2)', async () => {
  const [first, second] = [fixtures[0]!, fixtures[1]!];
  expect(await runTo(settingsOf(first))).toMatchObject({ counts: { sent: 1n } });
  expect(await runTo(settingsOf(second))).toMatchObject({
    counts: { sent: 0n },
    failure: { code: 'baseline.elsewhere' },
  });
  expect(await rowsOf(second)).toEqual([]);
  expect(await runTo(settingsOf(second), { full: true })).toMatchObject({ counts: { sent: 1n } });
  expect(await rowsOf(second)).toEqual([{ id: 1, name: 'Ann' }]);
});

it('does not mind settings that lead to the same place', async () => {
  const [fixture] = fixtures as [PostgresFixture];
  await runTo(settingsOf(fixture));
  expect(await runTo(settingsOf(fixture, { caFile: '/not/read/without/tls' }))).toMatchObject({
    counts: { unchanged: 1n, sent: 0n },
  });
});
