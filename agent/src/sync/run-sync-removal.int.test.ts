import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection, RemovalAction } from '../connector/destination.js';
import { readSettings } from '../connector/settings.js';
import http from '../destination/http/index.js';
import postgres from '../destination/postgres/index.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import type { HttpReceiver, Received, Reply } from '../testing/http-receiver.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// What becomes of rows that leave the query, on real servers. Numbers are the invariants' of run-sync.ts.

const modes = ['upsert', 'mirror'] as const;
const actions = ['delete', 'archive', 'clear', 'set'] as const;
const cases = modes.flatMap((mode) => actions.map((action) => ({ mode, action })));
const set = [
  {
    field: 'name',
    value: { kind: 'constant' as const, constant: { text: "it's gone" } },
    nulls: 'send' as const,
  },
  {
    field: 'score',
    value: { kind: 'constant' as const, constant: { number: '-1.50' } },
    nulls: 'send' as const,
  },
];

let table: TextRow[];
let destination: DestinationConnection;
let engine: Engine;

const open = async (): Promise<void> => {
  table = ['1', '2', '3'].map((id) => ({ id, name: `n ${id}`, score: id }));
  engine = await openEngine({
    source: memorySource(() => table),
    destination,
    store: new MemoryStore(),
  });
};
afterEach(async () => {
  await engine.close();
  await destination.close();
});

const run = (change: Partial<SyncRequest>): Promise<SyncReport> =>
  engine.run({ object: 'person', fields: ['name', 'score'].map(column), ...change });
const removing = (mode: 'upsert' | 'mirror', action: RemovalAction): Partial<SyncRequest> => ({
  mode,
  onRemoved: { action, set: action === 'set' ? set : [] },
});
const left = { removed: 1, sent: 1 };

describe('a row that left, in Postgres', () => {
  let fixture: PostgresFixture;
  const archive = { archive: { field: 'archived_at' } };

  beforeAll(async () => {
    fixture = await openPostgresFixture(inject('postgresUrl'));
  });
  afterAll(() => fixture.close());
  beforeEach(async () => {
    await fixture.client.query(`drop schema public cascade; create schema public;
      create table person (id bigint primary key, name text, score numeric, archived_at timestamptz);
      create function refuse() returns trigger language plpgsql as
        'begin if old.id = 2 then raise check_violation using message = ''kept''; end if; return coalesce(new, old); end'`);
    destination = postgres.open({
      settings: readSettings(postgres.settings, fixture.settings),
      secrets: fixture.secrets,
    });
    await open();
  });
  const second = async (): Promise<unknown> =>
    (
      await fixture.client.query(
        `select name, score::text, archived_at is not null as archived from person where id = 2`,
      )
    ).rows[0];
  const kept = { name: 'n 2', score: '2', archived: false };
  const after = {
    delete: undefined,
    archive: { ...kept, archived: true },
    clear: { name: null, score: null, archived: false },
    set: { name: "it's gone", score: '-1.50', archived: false },
  };

  it.each(cases)(
    '$mode, $action: is tried until it is done, and then no more (invariant 9)',
    async ({ mode, action }) => {
      const request = { ...removing(mode, action), options: archive };
      await run(request);
      table.splice(1, 1);
      await fixture.client.query(
        `create trigger refusing before update or delete on person for each row execute function refuse()`,
      );
      for (const _ of [1, 2]) {
        expect(await run(request)).toMatchObject({
          outcome: 'completed_with_errors',
          counts: { removed: 1, sent: 0, rejected: 1 },
          errors: [{ failure: { vendorCode: '23514' } }],
        });
        expect(await second()).toEqual(kept);
      }
      await fixture.client.query('drop trigger refusing on person');
      expect(await run(request)).toMatchObject({ outcome: 'succeeded', counts: left });
      expect(await second()).toEqual(after[action]);
      expect(await run(request)).toMatchObject({ counts: { removed: 0, unchanged: 2, sent: 0 } });
    },
  );

  it.each(actions)('%s: is done when the record is gone already', async (action) => {
    const request = { ...removing('mirror', action), options: archive };
    await run(request);
    table.splice(1, 1);
    await fixture.client.query('delete from person where id = 2');
    expect(await run(request)).toMatchObject({ outcome: 'succeeded', counts: left });
    expect(await second()).toBeUndefined();
  });

  it('stays as it is and is forgotten where nothing is to happen', async () => {
    const request = removing('upsert', 'nothing');
    await run(request);
    table.splice(1, 1);
    expect(await run(request)).toMatchObject({ counts: { removed: 1, skipped: 1 } });
    expect(await second()).toEqual(kept);
    expect(await run(request)).toMatchObject({ counts: { removed: 0, unchanged: 2 } });
  });

  it('keeps the moment at which it was archived, and is active when it comes back', async () => {
    const request = { ...removing('mirror', 'archive'), options: archive };
    await run(request);
    table.splice(1, 1);
    await fixture.client.query(`update person set archived_at = '2020-01-01' where id = 2`);
    await run(request);
    const { rows } = await fixture.client.query(
      `select archived_at::date::text from person where id = 2`,
    );
    expect(rows).toEqual([{ archived_at: '2020-01-01' }]);
    table.push({ id: '2', name: 'back', score: '2' });
    await run(request);
    expect(await second()).toEqual({ name: 'back', score: '2', archived: false });
  });

  it('is archived by another value where the sync names one', async () => {
    await fixture.client.query(`alter table person add status text not null default 'live'`);
    const options = { archive: { field: 'status', value: "it's archived", active: 'live' } };
    const request = { ...removing('mirror', 'archive'), options };
    const status = async (): Promise<unknown> =>
      (await fixture.client.query(`select status from person where id = 2`)).rows;
    await run(request);
    const [gone] = table.splice(1, 1);
    await run(request);
    expect(await status()).toEqual([{ status: "it's archived" }]);
    table.push(gone!);
    await run(request);
    expect(await status()).toEqual([{ status: 'live' }]);
  });

  it.each([
    [{}, 'destination.archive_missing'],
    [{ archive: { field: 'nowhere' } }, 'destination.field_missing'],
  ])('is refused by name where a table has no archive: %j', async (options, code) => {
    const report = await run({ ...removing('mirror', 'archive'), options });
    expect(report).toMatchObject({
      failure: { failure: { kind: 'CONFIG', code } },
      counts: { sent: 0 },
    });
  });
});

describe('a row that left, over HTTP', () => {
  let receiver: HttpReceiver;
  let answer: (request: Received) => Reply;
  const removed = (): unknown[] =>
    receiver.received
      .filter(({ method }) => method !== 'POST')
      .map(({ method, url, body }) => [method, url, body]);
  const calls = {
    delete: { url: 'person/{{ id }}' },
    archive: { method: 'PUT', url: 'archive/{{ id }}', body: '{"was":"{{ name }}"}' },
    clear: { url: 'person/{{ id }}' },
    set: { url: 'person/{{ id }}' },
  };
  const asked = {
    delete: ['DELETE', '/person/2', '{"id":"2","name":"n 2","score":"2"}'],
    archive: ['PUT', '/archive/2', '{"was":"n 2"}'],
    clear: ['PATCH', '/person/2', '{"id":"2","name":null,"score":null}'],
    set: ['PATCH', '/person/2', `{"id":"2","name":"it's gone","score":-1.50}`],
  };

  beforeEach(async () => {
    answer = () => ({ status: 200 });
    receiver = await openHttpReceiver((request) => answer(request));
    destination = http.open({
      settings: readSettings(http.settings, { baseUrl: receiver.url }),
      secrets: { secret: undefined },
    });
    await open();
  });
  afterEach(() => receiver.close());

  it.each(cases)(
    '$mode, $action: is asked for until it is done (invariant 9)',
    async ({ mode, action }) => {
      const request = { ...removing(mode, action), options: { removed: calls[action] } };
      await run(request);
      table.splice(1, 1);
      answer = () => ({ status: 422, body: 'not yet' });
      expect(await run(request)).toMatchObject({ counts: { removed: 1, sent: 0, rejected: 1 } });
      answer = () => ({ status: 200 });
      expect(await run(request)).toMatchObject({ outcome: 'succeeded', counts: left });
      expect(removed()).toEqual([asked[action], asked[action]]);
      expect(await run(request)).toMatchObject({ counts: { removed: 0, sent: 0 } });
    },
  );

  it.each(actions)('%s: counts as done when it is answered with 404 or 410', async (action) => {
    const request = { ...removing('mirror', action), options: { removed: calls[action] } };
    await run(request);
    table.splice(1, 2);
    answer = ({ url }) => ({ status: url.endsWith('2') ? 404 : 410 });
    expect(await run(request)).toMatchObject({
      outcome: 'succeeded',
      counts: { removed: 2, sent: 2 },
    });
    expect(await run(request)).toMatchObject({ counts: { removed: 0 } });
  });

  it('is not asked for where nothing is to happen', async () => {
    await run(removing('upsert', 'nothing'));
    table.splice(1, 1);
    await run(removing('upsert', 'nothing'));
    expect(removed()).toEqual([]);
  });

  it('is refused by name where nobody said how to archive', async () => {
    expect(await run(removing('mirror', 'archive'))).toMatchObject({
      failure: { failure: { kind: 'CONFIG', code: 'destination.archive_missing' } },
    });
    expect(receiver.received).toEqual([]);
  });

  it('is found in a batch that is refused, so that the others are removed', async () => {
    const batch = { size: 10, shape: 'array' };
    const request = { ...removing('mirror', 'clear'), options: { batch } };
    await run(request);
    table.splice(0, 3);
    answer = ({ body }) => ({ status: body.includes('"2"') ? 422 : 200 });
    expect(await run(request)).toMatchObject({ counts: { removed: 3, sent: 2, rejected: 1 } });
  });
});
