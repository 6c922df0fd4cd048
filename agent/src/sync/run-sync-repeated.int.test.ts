import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { readSettings } from '../connector/settings.js';
import type { SourceConnection } from '../connector/source.js';
import postgres from '../source/postgres/index.js';
import { column, makeRequest, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination } from '../testing/memory-connectors.js';
import type { MemoryDestination } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import type { Duplicates, SyncReport } from './sync-request.js';

// A key that comes more than once, from a real Postgres. Numbers are the invariants' of run-sync.ts.

let fixture: PostgresFixture;
let source: SourceConnection;
let destination: MemoryDestination;
let engine: Engine;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  const settings = readSettings(postgres.settings, fixture.settings);
  source = postgres.open({ settings, secrets: fixture.secrets });
});
afterAll(async () => {
  await source.close();
  await fixture.close();
});
beforeEach(async () => {
  await fixture.client.query(`drop table if exists person;
    create table person (id bigint, name text, at int);
    insert into person select n, 'person ' || n, 1 from generate_series(1, 1000) n;
    insert into person select n, 'newer ' || n, 2 from generate_series(1, 1000, 10) n`);
  destination = memoryDestination({});
  engine = await openEngine({ source, destination, store: new MemoryStore() });
});
afterEach(() => engine.close());

const run = (duplicates?: Duplicates): Promise<SyncReport> =>
  engine.run({
    model: {
      ...makeRequest({}).model,
      query: { table: 'public.person' },
      ...(duplicates && { duplicates }),
    },
    fields: [column('name')],
  });
const newest: Duplicates = { keep: 'first', orderBy: [{ column: 'at', descending: true }] };
const nameOf = (id: number): unknown =>
  [...destination.records.values()].find((record) => record['id'] === String(id))?.['name'];

describe('a key that comes more than once', () => {
  it('is not sent, unless the model says otherwise (invariant 8)', async () => {
    expect(await run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { queried: 1100, added: 900, invalid: 200, sent: 900 },
    });
    expect(nameOf(1)).toBeUndefined();
  });

  it('is sent as its first row by the order, and stays in step with it (invariants 2, 8)', async () => {
    expect(await run(newest)).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: 1000, added: 1000, sent: 1000, invalid: 0 },
    });
    expect([nameOf(1), nameOf(2)]).toEqual(['newer 1', 'person 2']);
    expect(await run(newest)).toMatchObject({ counts: { unchanged: 1000, sent: 0 } });

    await fixture.client.query(`insert into person values (1, 'newest 1', 3), (1, 'late 1', null);
      delete from person where id = 11 and at = 2`);
    expect(await run(newest)).toMatchObject({ counts: { changed: 2, sent: 2, removed: 0 } });
    expect([nameOf(1), nameOf(11)]).toEqual(['newest 1', 'person 11']);
  });

  it('stops a run that is to fail, before anything is sent (invariant 6)', async () => {
    expect(await run({ keep: 'fail' })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'snapshot.repeated_keys' } },
      counts: { sent: 0 },
    });
    expect(destination.records.size).toBe(0);

    await fixture.client.query('delete from person where at = 2');
    expect(await run({ keep: 'fail' })).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 1000, sent: 1000 },
    });
    await fixture.client.query(`insert into person values (7, 'again', 2)`);
    expect(await run({ keep: 'fail' })).toMatchObject({
      outcome: 'failed',
      counts: { sent: 0 },
      baseline: { rows: 1000 },
    });
    expect(nameOf(7)).toBe('person 7');
  });
});
