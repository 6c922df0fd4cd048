import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { textsOf } from '../../connector/lines.js';
import { quoteIdentifier as quote } from '../../connector/postgres-wire.js';
import { readSettings } from '../../connector/settings.js';
import type { SourceConnection } from '../../connector/source.js';
import { openPostgresFixture } from '../../testing/postgres.js';
import type { PostgresFixture } from '../../testing/postgres.js';
import { all, sourceContract } from '../../testing/source-contract.js';
import postgres from './index.js';

const never = new AbortController().signal;
const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };

sourceContract(postgres, async () => {
  const fixture = await openPostgresFixture(inject('postgresUrl'));
  let tables = 0;
  const secret = 'secret-4711';
  return {
    ...fixture,
    absent: { ...fixture.settings, host: '127.0.0.1', port: 1 },
    wrongSecrets: { password: 'guessed' },
    makeTable: async (names, rows) => {
      const table = `t${++tables}`;
      const columns = names.map((name) => `${quote(name)} text`);
      await fixture.client.query(`create table ${table} (id bigint, ${columns.join(', ')})`);
      for (const row of rows)
        await fixture.client.query(
          `insert into ${table} values (${row.map((_, n) => `$${n + 1}`).join(', ')})`,
          row,
        );
      return table;
    },
    secret,
    queries: {
      wrong: 'select id frm nowhere',
      failing: `select case when n < 90000 then n else ('${secret}' || n)::bigint end as id
        from generate_series(1, 100000) n`,
      writing: `with gone as (delete from t1 returning id) select id from gone`,
      endless: 'select 1 as id from pg_sleep(3600)',
      large: `select repeat('x', 1000) || n as id from generate_series(1, 100000) n`,
    },
    stalled: () => fixture.until(`bool_or(wait_event = 'ClientWrite')`),
    idle: () => fixture.until('count(*) = 0'),
  };
});

describe('Postgres as a source', () => {
  let fixture: PostgresFixture;
  let source: SourceConnection;
  const connect = (change = {}): SourceConnection =>
    postgres.open({
      settings: readSettings(postgres.settings, { ...fixture.settings, ...change }),
      secrets: fixture.secrets,
    });

  beforeAll(async () => {
    fixture = await openPostgresFixture(inject('postgresUrl'));
    source = connect();
  });
  afterAll(async () => {
    await source.close();
    await fixture.until('count(*) = 0');
    await fixture.close();
  });

  it('gives every type as canonical text, with the type that the server names', async () => {
    await fixture.client.query(`create type mood as enum ('fine');
      create domain zip as varchar(5) check (value <> '');`);
    const cases: [sql: string, type: string, vendorType: string, text: string][] = [
      ['true', 'boolean', 'boolean', 't'],
      ['(-32768)::smallint', 'integer', 'smallint', '-32768'],
      ['9223372036854775807::bigint', 'integer', 'bigint', '9223372036854775807'],
      ['12345678901234567890.123456789::numeric', 'decimal', 'numeric', '12345678901234567890.123456789'],
      [`'NaN'::numeric(10,2)`, 'decimal', 'numeric(10,2)', 'NaN'],
      ['0.1::float8 + 0.2', 'float', 'double precision', '0.30000000000000004'],
      [`'-Infinity'::real`, 'float', 'real', '-Infinity'],
      [`'-0'::float8`, 'float', 'double precision', '-0'],
      [`'ab '::char(4)`, 'text', 'character(4)', 'ab  '],
      [`'12345'::zip`, 'text', 'character varying(5)', '12345'],
      [`'fine'::mood`, 'text', 'mood', 'fine'],
      [`'\\x00ff'::bytea`, 'bytes', 'bytea', '\\x00ff'],
      [`date '0044-03-15 BC'`, 'date', 'date', '0044-03-15 BC'],
      [`time '23:59:59.999999'`, 'time', 'time without time zone', '23:59:59.999999'],
      [`timestamp '2024-02-29 01:02:03.000001'`, 'timestamp', 'timestamp without time zone', '2024-02-29 01:02:03.000001'],
      [`timestamptz '2024-02-29 01:02:03.000001+05:30'`, 'timestamptz', 'timestamp with time zone', '2024-02-28 19:32:03.000001+00'],
      [`interval '1 year 2 days 03:04:05.6'`, 'interval', 'interval', '1 year 2 days 03:04:05.6'],
      [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`, 'uuid', 'uuid', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      [`'{"b": 1.50, "a":null}'::json`, 'json', 'json', '{"b": 1.50, "a":null}'],
      [`'{"b": 1.50, "a":null}'::jsonb`, 'json', 'jsonb', '{"a": null, "b": 1.50}'],
      [`array['a,b', null, 'c"d']`, 'array', 'text[]', '{"a,b",NULL,"c\\"d"}'],
      [`inet '10.0.0.1/8'`, 'other', 'inet', '10.0.0.1/8'],
      [`int4range(1, 5)`, 'other', 'int4range', '[1,5)'],
      [`'101'::bit(3)`, 'other', 'bit(3)', '101'],
    ]; // prettier-ignore
    const sql = `select ${cases.map(([each], n) => `${each} as c${n}`).join(', ')} union all
      select ${cases.map(() => 'null').join(', ')}`;
    const names = cases.map((_, n) => `c${n}`);
    const stream = await source.query({ model: { sql }, columns: names, tag }, never);
    const [first, second] = textsOf(await all(stream));
    expect(stream.columns.map(({ type }, n) => [cases[n]?.[0], type, first?.[n]])).toEqual(
      cases.map(([each, type, , text]) => [each, type, text]),
    );
    expect(second).toEqual(cases.map(() => null));
    const alone = await source.query(
      { model: { sql: `select ${cases.map(([each], n) => `${each} as c${n}`).join(', ')}` }, columns: names, tag },
      never,
    ); // prettier-ignore
    await all(alone);
    expect(alone.columns.map(({ vendorType }) => vendorType)).toEqual(
      cases.map(([, , vendorType]) => vendorType),
    );
  });

  it('writes texts alike whatever the database or role is set to, and says in which form', async () => {
    const { client, settings } = fixture;
    const sql = `select 1 as id, 1234.5::numeric::money as money,
      xmlelement(name a, '\\x00ff'::bytea)::text as xml, current_setting('lc_monetary') as lc`;
    const asked = { model: { sql }, columns: ['id', 'money', 'xml', 'lc'], tag };
    const before = await source.query(asked, never);
    const rows = textsOf(await all(before));
    expect(rows).toEqual([['1', '$1,234.50', '<a>AP8=</a>', 'C']]);
    await client.query(`alter database ${settings.database} set xmlbinary = 'hex'`);
    await client.query(`alter database ${settings.database} set lc_monetary = 'C.UTF-8'`);
    const after = await source.query(asked, never);
    expect(textsOf(await all(after))).toEqual(rows);
    expect(after.form).toBe(before.form);
    const { rows: versions } = await client.query('show server_version');
    expect(after.form).toContain(`postgres ${parseInt(versions[0].server_version, 10)},`);
    expect(after.form.length).toBeLessThan(100);
  });

  it('reads one snapshot, in a read-only session that its log can tell', async () => {
    await fixture.client.query(
      'create table live as select n as id from generate_series(1, 50000) n',
    );
    const stream = await source.query(
      { model: { table: 'public.live' }, columns: ['id'], tag: { ...tag, runId: 'run-7' } },
      never,
    );
    await fixture.client.query('delete from live');
    const { rows } = await fixture.client.query(
      `select application_name from pg_stat_activity where application_name like 'drawbridge run%'`,
    );
    expect(rows).toEqual([{ application_name: 'drawbridge run-7' }]);
    expect(textsOf(await all(stream))).toHaveLength(50_000);
  });

  it('reads the first of several rows with one key, and the same one each time', async () => {
    const sql = `select * from (values
        (1, 'a', 3, 'old'), (1, 'a', 9, 'new'), (1, 'a', null, 'never'), (1, 'b', 1, 'other'),
        (2, 'a', 5, 'tie y'), (2, 'a', 5, 'tie x'), (null, 'a', 1, 'none'), (null, 'a', 2, 'none either')
      ) as t (id, part, at, name) -- the end`;
    const firstBy = async (descending: boolean) => {
      const first = { key: ['id', 'part'], orderBy: [{ column: 'at', descending }] };
      const asked = { model: { sql }, columns: ['id', 'part', 'name'], first, tag };
      const rows = textsOf(await all(await source.query(asked, never)));
      return rows.map((row) => row.join()).toSorted();
    };
    const rest = ['1,b,other', '2,a,tie x'];
    const noKey = [',a,none', ',a,none either'];
    expect(await firstBy(true)).toEqual([...noKey, '1,a,new', ...rest]);
    expect(await firstBy(false)).toEqual([...noKey, '1,a,old', ...rest]);
  });

  it('tells keys apart by what is read of them', async () => {
    const sql = `select * from (values (1.0, 'a'), (1.00, 'b'), (1.00, 'c')) as t (id, name)`;
    const first = { key: ['id'], orderBy: [{ column: 'name', descending: true }] };
    const asked = { model: { sql }, columns: ['id', 'name'], first, tag };
    const rows = textsOf(await all(await source.query(asked, never)));
    expect(rows.toSorted()).toEqual([
      ['1.0', 'a'],
      ['1.00', 'c'],
    ]);
  });

  it('names a column of the order that is not there', async () => {
    const first = { key: ['id'], orderBy: [{ column: 'nope', descending: false }] };
    const asked = { model: { sql: 'select 1 as id' }, columns: ['id'], first, tag };
    await expect(source.query(asked, never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.column_missing',
      detail: expect.stringContaining('nope'),
    });
  });

  it('takes a model that ends with a semicolon or a comment, and no second statement', async () => {
    for (const sql of ['select 1 as id;', 'select 1 as id -- the end', 'select 1 as id; \n']) {
      const stream = await source.query({ model: { sql }, columns: ['id'], tag }, never);
      expect(textsOf(await all(stream))).toEqual([['1']]);
    }
    for (const sql of ['select 1 as id; drop table x', 'select 1 as id) as m; drop table x --'])
      await expect(
        source.query({ model: { sql }, columns: ['id'], tag }, never).then(all),
      ).rejects.toMatchObject({ kind: 'CONFIG', code: 'source.invalid' });
  });

  it('passes a row of many megabytes on', async () => {
    const sql = `select 1 as id, repeat('ab', 4000000) as text`;
    const stream = await source.query({ model: { sql }, columns: ['id', 'text'], tag }, never);
    expect(await all(stream)).toHaveLength(8_000_003);
  });

  it('says that a connection was cut, whenever that happens', async () => {
    const sql = `select n as id, repeat('x', 1000) as text from generate_series(1, 200000) n`;
    const stream = await source.query({ model: { sql }, columns: ['id', 'text'], tag }, never);
    const reading = (async () => {
      let isFirst = true;
      for await (const _ of stream.chunks)
        if (isFirst) {
          isFirst = false;
          await fixture.client.query(`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'drawbridge r' and datname = current_database()`);
        }
    })();
    await expect(reading).rejects.toMatchObject({ kind: 'TRANSIENT' });
  });

  it('ends a query that runs longer than it may', async () => {
    const impatient = connect({ statementTimeout: 1 });
    const sql = 'select 1 as id from pg_sleep(60)';
    const stream = await impatient.query({ model: { sql }, columns: ['id'], tag }, never);
    await expect(all(stream)).rejects.toMatchObject({
      code: 'source.cancelled',
      vendorCode: '57014',
    });
  });

  it('says what is missing: a grant, a table, a database', async () => {
    await fixture.client.query(`create table private (id int);
      drop role if exists drawbridge_test_reader; create role drawbridge_test_reader login password 'x'`);
    const reader = postgres.open({
      settings: readSettings(postgres.settings, {
        ...fixture.settings,
        user: 'drawbridge_test_reader',
      }),
      secrets: { password: 'x' },
    });
    const read = (table: string): Promise<unknown> =>
      reader.query({ model: { table }, columns: ['id'], tag }, never).then(all);
    await expect(read('private')).rejects.toMatchObject({
      code: 'source.forbidden',
      vendorCode: '42501',
    });
    await expect(read('nowhere')).rejects.toMatchObject({
      code: 'source.invalid',
      vendorCode: '42P01',
    });
    await expect(connect({ database: 'nowhere' }).check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      vendorCode: '3D000',
    });
    await reader.close();
    await fixture.client.query('drop role drawbridge_test_reader');
  });

  it.each([
    { ssl: 'require' },
    { ssl: 'verify-full' },
    { ssl: 'verify-full', caFile: '/nowhere.pem' },
  ])('does not fall back to plain text: %j', async (change) => {
    await expect(connect(change).check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.tls_failed',
    });
  });
});
