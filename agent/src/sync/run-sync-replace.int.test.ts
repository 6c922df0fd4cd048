import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import postgres from '../destination/postgres/index.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { openTcpProxy } from '../testing/tcp-proxy.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// The mode `replace` on a real Postgres. Numbers are the invariants' of run-sync.ts.

let fixture: PostgresFixture;
let proxy: Awaited<ReturnType<typeof openTcpProxy>>;
let destination: DestinationConnection;
let engine: Engine;
let table: TextRow[];

const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `n ${n}`, score: String(n) }));

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  proxy = await openTcpProxy(fixture.settings);
});
afterAll(async () => {
  await proxy.close();
  await fixture.close();
});
beforeEach(async () => {
  await fixture.client.query(`drop schema public cascade; create schema public;
    create table person (id bigint primary key, name text, score int check (score >= 0),
      serial bigint generated always as identity, note text default 'new')`);
  table = people(50);
  const settings = readSettings(postgres.settings, { ...fixture.settings, port: proxy.port });
  destination = postgres.open({ settings, secrets: fixture.secrets });
  const source = memorySource(() => table);
  engine = await openEngine({ source, destination, store: new MemoryStore() });
});
afterEach(async () => {
  await engine.close();
  await destination.close();
});

const run = (change: Partial<SyncRequest> = {}): Promise<SyncReport> =>
  engine.run({
    mode: 'replace',
    onRemoved: { action: 'nothing', set: [] },
    object: 'public.person',
    fields: ['name', 'score'].map(column),
    ...change,
  });
const content = async (columns = 'id::text, name, score::text'): Promise<TextRow[]> =>
  (await fixture.client.query<TextRow>(`select ${columns} from person order by person.id`)).rows;

describe('a replacement', () => {
  it('makes the table the result, each time, whatever others did to it (invariants 1, 8)', async () => {
    await fixture.client.query(`insert into person (id, name) values (7, 'old'), (999, 'gone')`);
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { added: 50, sent: 50 } });
    expect(await content()).toEqual(table);
    table.splice(3, 2);
    table[0]!['name'] = null;
    table.push({ id: '100', name: 'late', score: '1' });
    await fixture.client.query(
      `update person set name = 'meddled' where id = 20; delete from person where id = 21`,
    );
    expect(await run()).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: 49, added: 1, changed: 48, removed: 2, sent: 51 },
    });
    expect(await content()).toEqual(table);
  });

  it('keeps grants, views, foreign keys, triggers, identity and what is not mapped', async () => {
    await run();
    await fixture.client.query(`
      create view named as select id, name from person;
      create table visit (person_id bigint references person on delete cascade);
      insert into visit select id from person;
      create role reader_${process.pid}; grant select on person to reader_${process.pid};
      create table heard (what text, id bigint);
      create function hear() returns trigger language plpgsql as
        'begin insert into heard values (tg_op, coalesce(new.id, old.id)); return coalesce(new, old); end';
      create trigger hearing after insert or update or delete on person for each row execute function hear();
      update person set note = 'mine' where id = 5; delete from heard`);
    const serials = await content('id::text, serial::text, xmin::text as version');
    table.splice(10, 1);
    table[0]!['name'] = 'renamed';
    table.push({ id: '100', name: 'late', score: '1' });
    expect(await run()).toMatchObject({ outcome: 'succeeded' });
    const { rows: heard } = await fixture.client.query(
      `select what, id::int from heard order by what`,
    );
    expect(heard).toEqual([
      { what: 'DELETE', id: 10 },
      { what: 'INSERT', id: 100 },
      { what: 'UPDATE', id: 0 },
    ]);
    const after = await content('id::text, serial::text, xmin::text as version');
    // Rows that stay the same are not touched at all.
    expect(after.slice(1, 49)).toEqual(serials.slice(1).filter(({ id }) => id !== '10'));
    const { rows } = await fixture.client.query(`select (select count(*)::int from visit) as visits,
      (select count(*)::int from named) as named, (select note from person where id = 5) as note,
      has_table_privilege('reader_${process.pid}', 'person', 'select') as granted`);
    expect(rows).toEqual([{ visits: 49, named: 50, note: 'mine', granted: true }]);
    await fixture.client.query(
      `drop owned by reader_${process.pid}; drop role reader_${process.pid}`,
    );
  });

  it('replaces nothing while a row is refused or invalid, and everything once none is (invariants 2, 8)', async () => {
    await run();
    const before = await content();
    table = people(40).map((row) => ({ ...row, name: 'next' }));
    table[7]!['score'] = '-1';
    expect(await run()).toMatchObject({
      outcome: 'failed',
      counts: { changed: 40, removed: 10, sent: 0, rejected: 1, pending: 49 },
      failure: { failure: { code: 'delivery.replace_incomplete' } },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: '23514' }, count: 1 }],
    });
    expect(await content()).toEqual(before);
    table[7] = { ...table[8]! };
    expect(await run()).toMatchObject({
      counts: { invalid: 2, sent: 0 },
      failure: { failure: { code: 'delivery.replace_incomplete' } },
    });
    expect(await content()).toEqual(before);
    table[7] = { id: '7', name: 'next', score: '1' };
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 50 } });
    expect(await content()).toEqual(table);
  });

  it.each([
    ['while it loads', (answer: string) => answer.includes('COPY 50')],
    ['before it is committed', (answer: string) => /DELETE \d/.test(answer)],
    ['after it was committed', (answer: string) => answer.includes('COMMIT')],
  ])(
    'is old or new when the line is cut %s, and the next run converges (invariant 3)',
    async (_, when) => {
      table = people(50);
      await run();
      const before = await content();
      table = people(50).map((row) => ({ ...row, name: 'next' }));
      proxy.cutAt(when);
      expect(await run()).toMatchObject({ outcome: 'failed', counts: { sent: 0 } });
      const between = await content();
      expect([before, table]).toContainEqual(between);
      expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 50 } });
      expect(await content()).toEqual(table);
    },
  );

  it('shows readers the old or the new rows, whatever they began with', async () => {
    await run();
    const reader = fixture.client;
    await reader.query('begin isolation level repeatable read');
    const before = await content();
    table = people(50).map((row) => ({ ...row, name: 'next' }));
    expect(await run()).toMatchObject({ outcome: 'succeeded' });
    expect(await content()).toEqual(before);
    await reader.query('commit');
    expect(await content()).toEqual(table);
  });

  it('of two that replace at once leaves one whole result (invariant 4)', async () => {
    const others = people(60).map((row) => ({ ...row, name: 'other' }));
    const other = await openEngine({
      source: memorySource(() => others),
      destination,
      store: new MemoryStore(),
    });
    const request = {
      mode: 'replace' as const,
      onRemoved: { action: 'nothing' as const, set: [] },
    };
    const reports = await Promise.all([
      run(),
      other.run({ ...request, object: 'public.person', fields: ['name', 'score'].map(column) }),
    ]);
    expect(reports.map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
    expect([table, others]).toContainEqual(await content());
    await other.close();
  });

  it.each([
    { run: { dryRun: false, full: false, rebaseline: true, verify: false } },
    { firstRun: 'baseline' as const },
  ])('puts nothing in the place of what is there when it only records: %o', async (change) => {
    await fixture.client.query(`insert into person (id, name) values (7, 'old'), (999, 'theirs')`);
    const before = await content();
    expect(await run(change)).toMatchObject({ outcome: 'succeeded', counts: { sent: 0 } });
    expect(await content()).toEqual(before);
  });

  it('is held back whole by a guard, and stopped by an empty result', async () => {
    await run();
    const before = await content();
    table = people(20);
    const removed = { rows: 10, percent: 10, action: 'withhold' as const };
    expect(await run({ guards: { removed, emptyResult: 'stop' } })).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { changed: 20, removed: 30, withheld: 50, sent: 0 },
    });
    table = [];
    expect(await run({ guards: { emptyResult: 'stop' } })).toMatchObject({
      failure: { failure: { code: 'guard.empty_result' } },
    });
    expect(await content()).toEqual(before);
    expect(await run({ guards: { emptyResult: 'allow' } })).toMatchObject({ counts: { sent: 50 } });
    expect(await content()).toEqual([]);
  });

  it('is judged by how many rows are other ones, though all of them are sent', async () => {
    await run();
    const before = await content();
    const changed = { rows: 10, percent: 10, action: 'stop' as const };
    const guards = { changed, emptyResult: 'stop' as const };
    expect(await run({ guards })).toMatchObject({ outcome: 'succeeded', counts: { sent: 50 } });
    const renamed = (count: number): TextRow[] =>
      people(50).map((row, n) => (n < count ? { ...row, name: 'other' } : row));
    table = renamed(11);
    expect(await run({ guards })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'guard.changed' } },
      counts: { sent: 0 },
    });
    expect(await content()).toEqual(before);
    table = renamed(10);
    expect(await run({ guards })).toMatchObject({ outcome: 'succeeded', counts: { sent: 50 } });
    expect(await content()).toEqual(table);
  });

  it('replaces every row where no key tells them apart, unless foreign keys would feel it', async () => {
    await fixture.client.query(`create table event (id bigint, name text)`);
    const keyless = { object: 'event', key: [], fields: ['id', 'name'].map(column) };
    for (const count of [50, 30]) {
      table = people(count);
      expect(await run(keyless)).toMatchObject({ outcome: 'succeeded' });
      const { rows } = await fixture.client.query(`select id::int from event order by id`);
      expect(rows).toEqual(people(count).map(({ id }) => ({ id: Number(id) })));
    }
    await fixture.client.query(`create table visit (person_id bigint references person)`);
    expect(await run({ ...keyless, object: 'person', run: options })).toMatchObject({
      failure: { failure: { code: 'destination.replace_referenced' } },
    });
  });

  it('leaves a NULL that is omitted as it is', async () => {
    await run();
    const omitting = ['name', 'score'].map((name) => ({ ...column(name), nulls: 'omit' as const }));
    table = table.map((row) => ({ ...row, name: null }));
    table.push({ id: '100', name: null, score: null });
    expect(await run({ fields: omitting })).toMatchObject({ outcome: 'succeeded' });
    expect((await content()).filter(({ name }) => name === null)).toHaveLength(1);
  });
});

const options = { dryRun: false, full: true, rebaseline: false, verify: false };
