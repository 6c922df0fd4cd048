import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresPair } from '../testing/postgres-pair.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import type { RunOptions, SyncReport } from './sync-request.js';

// Everything is sent again, on real Postgres, by an agent that has too little memory to hold what that overrides at once.

const rows = 160_000;
/** The fingerprints of 145 thousand overrides fit, and not those of all rows. */
const memoryMiB = 32;

let fixture: PostgresFixture;
let connections: { source: SourceConnection; destination: DestinationConnection };
let store: MemoryStore;
let engine: Engine;

beforeAll(async () => void (fixture = await openPostgresFixture(inject('postgresUrl'))));
afterAll(() => fixture.close());
beforeEach(async () => {
  await fixture.client.query(`drop schema public cascade; create schema public;
    create table source as select n::bigint as id, 'name ' || n as name, n % 100 as score
      from generate_series(1, ${rows}) as n;
    alter table source add primary key (id);
    create table person (id bigint primary key, name text, score int)`);
  connections = openPostgresPair(fixture);
  store = new MemoryStore();
  engine = await openEngine({ ...connections, store });
});
afterEach(async () => {
  await engine.close();
  await connections.source.close();
  await connections.destination.close();
});

const run = (options: Partial<RunOptions> = {}): Promise<SyncReport> =>
  engine.run(
    {
      model: { name: 'source', query: { table: 'public.source' }, primaryKey: ['id'] },
      object: 'public.person',
      fields: ['name', 'score'].map(column),
      run: { dryRun: false, full: false, rebaseline: false, verify: false, ...options },
    },
    { memoryMiB },
  );

describe('everything sent again', () => {
  it('is recorded in little memory, and the next run finds nothing to do (invariants 2, 7)', async () => {
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { sent: rows } });
    await fixture.client.query(`update source set name = name || '!' where id % 2 = 0;
      delete from source where id % 100 = 1`);
    const left = rows - rows / 100;
    expect(await run({ full: true })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: left, removed: rows / 100, sent: rows },
      baseline: { rows: left },
    });
    expect([...store.objects.keys()]).toContainEqual(
      expect.stringMatching(/\/baseline\/fingerprint\/2-base-/),
    );
    expect(await run({ verify: true })).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: left, unchanged: left, sent: 0 },
    });
    const { rows: wrong } = await fixture.client.query(`(table source except table person)
      union all (table person except table source)`);
    expect(wrong).toEqual([]);
  });
});
