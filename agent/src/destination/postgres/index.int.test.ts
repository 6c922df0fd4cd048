import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeBatch } from '../../connector/batch.js';
import type { Outcome, Target, TargetField, TargetRequest } from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord } from '../../testing/destination-contract.js';
import { openPostgresFixture } from '../../testing/postgres.js';
import type { PostgresFixture } from '../../testing/postgres.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import { batchTarget } from '../../testing/batch-target.js';
import postgres from './index.js';

const never = new AbortController().signal;

destinationContract(postgres, async () => {
  const fixture = await openPostgresFixture(inject('postgresUrl'));
  const proxy = await openTcpProxy(fixture.settings);
  const { client } = fixture;
  let tables = 0;
  return {
    settings: { ...fixture.settings, port: proxy.port },
    secrets: fixture.secrets,
    absent: { ...fixture.settings, port: 1 },
    wrongSecrets: { password: 'guessed' },
    makeObject: async () => {
      const name = `record${++tables}`;
      await client.query(`create table ${name} (region text, id bigint, name text,
        score int check (score >= 0), archived_at timestamptz, primary key (region, id))`);
      return { name, options: { archive: { field: 'archived_at' } } };
    },
    seed: async (object, records) => {
      for (const { region, id, name, score } of records)
        await client.query(`insert into ${object} values ($1, $2, $3, $4)`, [
          region,
          id,
          name,
          score,
        ]);
    },
    records: async (object) => {
      const { rows } = await client.query<ContractRecord>(
        `select region, id::text, name, score::text from ${object} order by region, id`,
      );
      return rows;
    },
    // Messages of the server: CopyInResponse asks for the rows; ReadyForQuery in state I says that they are committed.
    cut: async (_, when) =>
      proxy.cutAt((answer) =>
        when === 'before'
          ? answer.startsWith('G\0\0\0')
          : answer.includes('\0Z\0\0\0\u0005I') && /COMMIT|COPY \d+/.test(answer),
      ),
    hold: async (object) => {
      const other = new pg.Client({ ...fixture.settings, ...fixture.secrets, ssl: false });
      await other.connect();
      await other.query(`begin; lock table ${object}`);
      return {
        held: () => fixture.until(`bool_or(wait_event_type = 'Lock')`),
        release: () => other.end(),
      };
    },
    close: async () => {
      await fixture.until('count(*) = 0');
      await proxy.close();
      await fixture.close();
    },
  };
});

describe('Postgres as a destination', () => {
  let fixture: PostgresFixture;

  const open = async (change: Partial<TargetRequest> & { object: string }): Promise<Target> =>
    batchTarget(
      await postgres
        .open({
          settings: readSettings(postgres.settings, fixture.settings),
          secrets: fixture.secrets,
        })
        .open(
          {
            mode: 'upsert',
            removal: 'nothing',
            key: [text('id')],
            fields: [text('name')],
            set: [],
            options: {},
            tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
            lastCheck: () => undefined,
            ...change,
          },
          never,
        ),
    );
  const text = (name: string, nulls: TargetField['nulls'] = 'send'): TargetField => ({
    name,
    type: 'text',
    nulls,
  });
  const send = (
    target: Target,
    rows: (string | null)[][],
    kind: 'upsert' | 'create' | 'append' | 'clear' = 'upsert',
  ): Promise<Outcome[]> =>
    target.deliver(
      makeBatch({
        kind,
        change: 'added',
        key: [],
        fields: [],
        lines: linesOf(rows),
        size: rows.length,
        attempt: 'b',
        from: 0,
      }),
      never,
    );

  beforeAll(async () => {
    fixture = await openPostgresFixture(inject('postgresUrl'));
  });
  afterAll(async () => {
    await fixture.until('count(*) = 0');
    await fixture.close();
  });

  it.each([
    ['not null', `name text not null`, null, '23502'],
    ['check', `name text check (name <> 'bad')`, 'bad', '23514'],
    ['unique', `name text unique`, 'taken', '23505'],
    ['foreign key', `name text references parent`, 'nobody', '23503'],
    ['cast', `name int`, 'twelve', '22P02'],
    ['length', `name varchar(3)`, 'four', '22001'],
    ['range', `name smallint`, '70000', '22003'],
    ['date', `name date`, '2024-02-30', '22008'],
  ])('refuses a row that breaks %s, takes nothing of its batch, and goes on', async (label, column, bad, state) => {
    const object = `breaks_${label.replace(' ', '_')}`;
    await fixture.client.query(`create table if not exists parent (name text primary key);
      create table ${object} (id bigint primary key, ${column})`);
    if (label === 'unique') await fixture.client.query(`insert into ${object} values (0, 'taken')`);
    const target = await open({ object });
    const failure = await send(target, [['1', label === 'not null' ? 'x' : null], ['2', bad]]).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ kind: 'REJECTED', code: 'destination.rejected', vendorCode: state });
    expect((failure as Error).message).toBe('The database refuses the data.');
    expect(await send(target, [['1', label === 'not null' ? 'x' : null]])).toEqual([{ kind: 'accepted' }]);
    const { rows } = await fixture.client.query(`select id from ${object} where id > 0`);
    expect(rows).toEqual([{ id: '1' }]);
    await target.close();
  }); // prettier-ignore

  it.each([
    ['08006', 'destination.no_answer'], // said by a pooler of the server behind it
    ['08007', 'destination.no_answer'], // transaction resolution unknown
    ['40003', 'destination.no_answer'], // statement completion unknown
    ['40001', 'destination.busy'],
    ['57P01', 'destination.unreachable'],
  ])('tells with %s whether an append may be there: %s (invariant 3)', async (state, code) => {
    const object = `says_${state}`.toLowerCase();
    await fixture.client.query(`create table ${object} (id text, name text);
      create function ${object}() returns trigger language plpgsql as
        $$ begin raise exception 'no' using errcode = '${state}'; end $$;
      create trigger refuse before insert on ${object} for each row execute function ${object}()`);
    const target = await open({ object, mode: 'append', key: [], fields: [text('id')] });
    await expect(send(target, [['1']], 'append')).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code,
      vendorCode: state,
    });
    await target.close();
  });

  it('appends on another connection after the server has ended one, and doubts nothing (invariant 3)', async () => {
    await fixture.client.query('create table ended (id text)');
    const target = await open({ object: 'ended', mode: 'append', key: [], fields: [text('id')] });
    const other = new pg.Client({ ...fixture.settings, ...fixture.secrets, ssl: false });
    await other.connect();
    await other.query('begin; lock table ended');
    const refused = send(target, [['1']], 'append').catch((error: unknown) => error);
    await fixture.until(`bool_or(wait_event_type = 'Lock')`);
    await fixture.client.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'drawbridge%'`);
    await other.end();
    expect(await refused).toMatchObject({ kind: 'TRANSIENT', code: 'destination.unreachable' });
    expect(await send(target, [['1']], 'append')).toEqual([{ kind: 'accepted' }]);
    expect((await fixture.client.query('table ended')).rows).toEqual([{ id: '1' }]);
    await target.close();
  });

  it('finds out that an empty table was filled meanwhile, and merges from then on', async () => {
    await fixture.client.query('create table filled (id bigint primary key, name text)');
    const target = await open({ object: 'filled' });
    await fixture.client.query(`insert into filled values (1, 'theirs')`);
    expect(await send(target, [['1', 'ours'], ['2', 'new']])).toHaveLength(2); // prettier-ignore
    const { rows } = await fixture.client.query('select id, name from filled order by id');
    expect(rows).toEqual([
      { id: '1', name: 'ours' },
      { id: '2', name: 'new' },
    ]);
    await target.close();
  });

  it('keeps what is there when an omitted NULL meets a column with a default', async () => {
    await fixture.client
      .query(`create table defaults (id bigint primary key, name text default 'standard');
      insert into defaults values (1, 'kept')`);
    const target = await open({ object: 'defaults', fields: [text('name', 'omit')] });
    await send(target, [['1', null], ['2', null], ['3', 'given']]); // prettier-ignore
    await send(target, [['3', null]]);
    const { rows } = await fixture.client.query('select name from defaults order by id');
    expect(rows.map(({ name }) => name)).toEqual(['kept', 'standard', 'given']);
    await target.close();
  });

  it('writes to odd names, and to columns of every type as they were read', async () => {
    await fixture.client.query(`create schema "Odd ""one"; create table "Odd ""one"."a.b" (
      "Id" uuid primary key, "x y" jsonb, "é" timestamptz, "select" bytea, "n" numeric, "l" text[])`);
    const fields = ['x y', 'é', 'select', 'n', 'l'].map((name) => text(name));
    const target = await open({ object: '"Odd ""one"."a.b"', key: [text('Id')], fields });
    const row = ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": "\\t\\u00e9"}', '2024-02-29 01:02:03.000001+00', '\\x00ff', '12345678901234567890.5', '{"a,b",NULL}']; // prettier-ignore
    await send(target, [row]);
    await send(target, [row]);
    const { rows } = await fixture.client.query({
      text: `select "Id"::text, "x y"::text, "é"::text, "select"::text, n::text, l::text from "Odd ""one"."a.b"`,
      rowMode: 'array',
    });
    expect(rows).toEqual([[...row.slice(0, 1), '{"a": "\\té"}', ...row.slice(2)]]);
    await target.close();
  });

  it.each([
    ['nowhere', {}, 'destination.object_missing'],
    ['shape', { fields: [text('nope')] }, 'destination.field_missing'],
    ['shape', { fields: [text('made')] }, 'destination.field_read_only'],
    ['shape', { key: [] }, 'destination.key_missing'],
    [
      'shape',
      { key: [], mode: 'append' as const, removal: 'delete' as const },
      'destination.key_missing',
    ],
    ['shape', { key: [text('name')], fields: [] }, 'destination.key_not_unique'],
    ['shape', { key: [text('later')], fields: [] }, 'destination.key_not_unique'],
    ['shape', { key: [text('id'), text('name')], fields: [] }, 'destination.key_not_unique'],
    ['shape', { fields: [], removal: 'clear' as const }, 'destination.clear_missing'],
    ['shape', { removal: 'set' as const }, 'destination.set_missing'],
  ])('refuses to open %s with %j: %s', async (object, change, code) => {
    await fixture.client.query(`create table if not exists shape (id bigint, name text, later int,
      made int generated always as (1) stored, unique (later) deferrable);
      create unique index if not exists covering on shape (id) include (name)`);
    await expect(open({ object, ...change })).rejects.toMatchObject({ kind: 'CONFIG', code });
  });

  it('takes a covering index for the key that it is', async () => {
    const target = await open({ object: 'shape' });
    expect(await send(target, [['1', 'x']])).toEqual([{ kind: 'accepted' }]);
    await target.close();
  });

  it('needs TEMPORARY, and says so', async () => {
    const name = fixture.settings.database;
    await fixture.client.query(`revoke temporary on database ${name} from public;
      drop role if exists drawbridge_test_writer; create role drawbridge_test_writer login password 'x'`);
    const settings = { ...fixture.settings, user: 'drawbridge_test_writer' };
    const poor = postgres.open({
      settings: readSettings(postgres.settings, settings),
      secrets: { password: 'x' },
    });
    await expect(poor.check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.forbidden',
    });
    await fixture.client.query('drop role drawbridge_test_writer');
  });
});
