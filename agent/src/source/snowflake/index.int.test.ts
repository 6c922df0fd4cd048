import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { textsOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { SourceConnection } from '../../connector/source.js';
import { openSnowflakeServer } from '../../testing/snowflake/snowflake-server.js';
import type { SnowflakeServer } from '../../testing/snowflake/snowflake-server.js';
import { all, sourceContract } from '../../testing/source-contract.js';
import snowflake from './index.js';
import { quoteIdentifier, quoteText } from './name.js';

const never = new AbortController().signal;
const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };

const settingsOf = (server: SnowflakeServer) => ({
  account: server.account,
  url: server.url,
  user: server.user,
  signIn: 'password',
  warehouse: server.warehouse,
  database: server.database,
  schema: server.schema,
  acceptWritingRole: true,
});

/** Nothing of it runs, and nobody is signed in. */
const idle = (server: SnowflakeServer): Promise<void> =>
  vi.waitFor(() => void expect([signedIn(server), running(server)]).toEqual([0, 0]), 10_000);
const signedIn = (server: SnowflakeServer): number =>
  server.sessions().filter(({ isGone }) => !isGone).length;
const running = (server: SnowflakeServer): number =>
  server.queries().filter(({ status }) => status === 'RUNNING').length;

sourceContract(snowflake, async () => {
  const server = await openSnowflakeServer({ chunkBytes: 1 << 20 });
  let tables = 0;
  const secret = 'secret-4711';
  const settings = settingsOf(server);
  return {
    settings,
    secrets: { password: server.password },
    absent: { ...settings, url: 'http://127.0.0.1:1' },
    wrongSecrets: { password: 'guessed' },
    makeTable: async (names, rows) => {
      const table = `t${++tables}`;
      const columns = names.map((name) => `${quoteIdentifier(name)} text`);
      await server.execute(`create table ${table} (id number, ${columns.join(', ')})`);
      for (const row of rows) {
        const values = row.map((text) => (text === null ? 'null' : quoteText(text)));
        await server.execute(`insert into ${table} values (${values.join(', ')})`);
      }
      return table;
    },
    secret,
    queries: {
      wrong: 'select id frm nowhere',
      failing: `select to_number(iff(seq4() < 90000, '', '${secret}') || seq4()) as id
        from table(generator(rowcount => 100000)) order by id`,
      writing: 'select 1 as id; delete from t1',
      endless: 'select system$wait(3600) as id',
      large: `select repeat('x', 1000) || seq4() as id from table(generator(rowcount => 100000))`,
    },
    stalled: async () => {
      // Chunks of 1 MiB: what may be ahead is asked for, and the rest is not.
      const asked = (): number =>
        server.requests.filter(({ path }) => path.startsWith('/results/')).length;
      let before = -1;
      const isSame = (): void => expect([before, (before = asked())][0]).toBe(before);
      await vi.waitFor(isSame, { interval: 300, timeout: 20_000 });
    },
    idle: () => idle(server),
    close: () => server.close(),
  };
});

describe('Snowflake as a source', () => {
  let server: SnowflakeServer;
  let source: SourceConnection;
  const connect = (change = {}, secrets = { password: server.password }): SourceConnection =>
    snowflake.open({
      settings: readSettings(snowflake.settings, { ...settingsOf(server), ...change }),
      secrets: { privateKey: undefined, passphrase: undefined, token: undefined, ...secrets },
    });

  beforeAll(async () => {
    server = await openSnowflakeServer();
    source = connect();
  });
  afterAll(async () => {
    await idle(server);
    await server.close();
  });

  it('gives every type as canonical text, with the type that the warehouse names', async () => {
    const cases: [sql: string, type: string, vendorType: string, text: string][] = [
      ['true', 'boolean', 'BOOLEAN', 't'],
      ['false', 'boolean', 'BOOLEAN', 'f'],
      ['99999999999999999999999999999999999999::number(38,0)', 'integer', 'NUMBER(38,0)', '99999999999999999999999999999999999999'],
      ['9007199254740993::number(38,0)', 'integer', 'NUMBER(38,0)', '9007199254740993'],
      ['(-0.10)::number(12,2)', 'decimal', 'NUMBER(12,2)', '-0.10'],
      ['12345678901234567890.123456789::number(38,9)', 'decimal', 'NUMBER(38,9)', '12345678901234567890.123456789'],
      [`'NaN'::float`, 'float', 'FLOAT', 'NaN'],
      [`'inf'::float`, 'float', 'FLOAT', 'Infinity'],
      [`'-inf'::float`, 'float', 'FLOAT', '-Infinity'],
      ['1.5::float', 'float', 'FLOAT', '1.5'],
      [`'żółw 🐢 "it''s" \\\\ \\t'`, 'text', 'VARCHAR', 'żółw 🐢 "it\'s" \\ \t'],
      [`''`, 'text', 'VARCHAR', ''],
      [`'NULL'`, 'text', 'VARCHAR', 'NULL'],
      [`to_binary('00fFab', 'HEX')`, 'bytes', 'BINARY', '\\x00ffab'],
      [`'0987-06-05'::date`, 'date', 'DATE', '0987-06-05'],
      [`'23:59:59.999999'::time`, 'time', 'TIME(9)', '23:59:59.999999'],
      [`'00:00:00'::time`, 'time', 'TIME(9)', '00:00:00'],
      [`'2024-02-29 01:02:03.000001'::timestamp_ntz`, 'timestamp', 'TIMESTAMP_NTZ(9)', '2024-02-29 01:02:03.000001'],
      [`'2024-02-29 01:02:03.123456789'::timestamp_ntz(9)`, 'timestamp', 'TIMESTAMP_NTZ(9)', '2024-02-29 01:02:03.123456789'],
      [`'1969-12-31 23:59:59.5'::timestamp_ntz`, 'timestamp', 'TIMESTAMP_NTZ(9)', '1969-12-31 23:59:59.5'],
      [`'2024-02-29 01:02:03.5 +05:30'::timestamp_tz`, 'timestamptz', 'TIMESTAMP_TZ(9)', '2024-02-28 19:32:03.5+00'],
      [`'2024-02-29 01:02:03 -08:00'::timestamp_ltz`, 'timestamptz', 'TIMESTAMP_LTZ(9)', '2024-02-29 09:02:03+00'],
      [`parse_json('{"b": 1.50, "a":null}')`, 'json', 'VARIANT', '{"a":null,"b":1.5}'],
      [`parse_json('null')`, 'json', 'VARIANT', 'null'],
      [`'text'::variant`, 'json', 'VARIANT', '"text"'],
      [`object_construct('a', 1, 'b', 'x')`, 'json', 'OBJECT', '{"a":1,"b":"x"}'],
      [`array_construct(1, 'x', null)`, 'json', 'ARRAY', '[1,"x",null]'],
      [`to_geography('POINT(1.5 -2)')`, 'json', 'OBJECT', '{"coordinates":[1.5,-2],"type":"Point"}'],
    ]; // prettier-ignore
    const names = cases.map((_, n) => `C${n}`);
    const list = cases.map(([sql], n) => `${sql} as c${n}`).join(', ');
    const nulls = names.map((name) => `iff(false, ${name}, null) as ${name}`).join(', ');
    const sql = `with one as (select ${list}) select * from one union all select ${nulls} from one`;
    const stream = await source.query({ model: { sql }, columns: names, tag }, never);
    const [first, second] = textsOf(await all(stream));
    const parsed = (text: string | null | undefined, type: string): unknown =>
      type === 'json' ? JSON.parse(text ?? '') : text;
    expect(
      stream.columns.map(({ type, vendorType }, n) => [
        cases[n]?.[0], type, vendorType, parsed(first?.[n], type),
      ]),
    ).toEqual(cases.map(([each, type, vendor, text]) => [each, type, vendor, parsed(text, type)])); // prettier-ignore
    expect(second).toEqual(cases.map(() => null));
  });

  it('gives floats that are the same number again', async () => {
    const floats = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789.12345679, -1e-7, 2 ** 53 + 2]; // prettier-ignore
    const sql = floats
      .map((float) => `select ${float.toExponential(17)}::float as f`)
      .join(' union all ');
    const stream = await source.query({ model: { sql }, columns: ['F'], tag }, never);
    const texts = textsOf(await all(stream)).map(([text]) => Number(text));
    expect(texts.toSorted()).toEqual(floats.toSorted());
  });

  it('takes a name as it is written, or as Snowflake reads it without quotes', async () => {
    const sql = `select 1 as id, 2 as "small", 3 as "Mixed", 4 as upper_only`;
    const columns = ['ID', 'small', 'Mixed', 'upper_only'];
    const stream = await source.query({ model: { sql }, columns, tag }, never);
    expect(stream.columns.map(({ name }) => name)).toEqual(columns);
    expect(textsOf(await all(stream))).toEqual([['1', '2', '3', '4']]);
    const missing = source.query({ model: { sql }, columns: ['mixed'], tag }, never);
    await expect(missing).rejects.toMatchObject({ code: 'source.column_missing' });
  });

  it('reads the first of several rows with one key, and the same one each time', async () => {
    const sql = `select column1 as id, column2 as part, column3 as at, column4 as name from values
        (1, 'a', 3, 'old'), (1, 'a', 9, 'new'), (1, 'a', null, 'never'), (1, 'b', 1, 'other'),
        (2, 'a', 5, 'tie y'), (2, 'a', 5, 'tie x'), (null, 'a', 1, 'none'), (null, 'a', 2, 'none either') -- the end`;
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

  it('tags its queries, and says in which form it writes', async () => {
    const stream = await source.query(
      { model: { sql: 'select 1 as id' }, columns: ['id'], tag },
      never,
    );
    await all(stream);
    expect(stream.form).toMatch(/^snowflake \d+, settings [0-9a-f]{8}$/);
    const tags = server.queries().map(({ parameters }) => parameters.get('QUERY_TAG'));
    expect(JSON.parse(tags.at(-1) ?? '')).toEqual({ app: 'drawbridge', ...tag });
    const last = server.queries().at(-1)?.parameters;
    expect(last?.get('TIMEZONE')).toBe('UTC');
    expect(last?.get('STATEMENT_TIMEOUT_IN_SECONDS')).toBe('3600');
  });

  it('reads by its own role alone, not by the others that the user has', async () => {
    await all(await source.query({ model: { sql: 'select 1 as id' }, columns: ['id'], tag }, never));
    await source.list?.([], never);
    await source.check(never);
    const roles = server.sessions().slice(-3).map(({ secondaryRoles }) => secondaryRoles);
    expect(roles).toEqual(['NONE', 'NONE', 'NONE']);
  }); // prettier-ignore

  it('ends a query that runs longer than it may', async () => {
    const impatient = connect({ statementTimeout: 1 });
    const sql = 'select system$wait(60) as id';
    const reading = impatient.query({ model: { sql }, columns: ['id'], tag }, never).then(all);
    await expect(reading).rejects.toMatchObject({ kind: 'TRANSIENT', code: 'source.cancelled' });
  });

  it('lists databases, schemas, tables and views, columns', async () => {
    await server.execute(`create or replace table listed (id number(10,0), "Small" text, at timestamp_tz);
      create or replace view seen as select id from listed`);
    const list = async (...path: string[]) =>
      (await source.list?.(path, never))?.map(({ name, kind }) => [name, kind]);
    expect(await list()).toContainEqual([server.database, 'database']);
    expect(await list(server.database)).toContainEqual([server.schema, 'schema']);
    const there = await list(server.database.toLowerCase(), server.schema);
    expect(there).toContainEqual(['LISTED', 'table']);
    expect(there).toContainEqual(['SEEN', 'view']);
    expect(await source.list?.([server.database, server.schema, 'listed'], never)).toEqual([
      { name: 'AT', kind: 'column', type: 'TIMESTAMP_TZ(9)' },
      { name: 'ID', kind: 'column', type: 'NUMBER(10,0)' },
      { name: 'Small', kind: 'column', type: 'VARCHAR' },
    ]);
    for (const path of [['nowhere'], [server.database, 'nowhere'], ['a', 'b', 'c', 'd']])
      await expect(source.list?.(path, never)).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'listing.missing',
      });
  });
});

describe('Signing in to Snowflake', () => {
  const passphrase = 'open sesame';
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = { type: 'pkcs8' as const, format: 'pem' as const };
  const plain = String(privateKey.export(pem));
  const encrypted = String(privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase }));
  let server: SnowflakeServer;

  beforeAll(async () => {
    server = await openSnowflakeServer({
      users: [
        {
          name: 'READER',
          password: 'right',
          publicKey: String(publicKey.export({ type: 'spki', format: 'pem' })),
          tokens: ['good-token'],
          defaultRole: 'READER_ROLE',
          defaultWarehouse: 'COMPUTE_WH',
        },
      ],
    });
    await server.execute(`create table t (id number); insert into t values (1);
      create role reader_role; create role writer_role;
      grant usage on warehouse COMPUTE_WH to role reader_role;
      grant usage on database ${server.database} to role reader_role;
      grant usage on schema ${server.database}.${server.schema} to role reader_role;
      grant select on table t to role reader_role;
      grant role reader_role to user reader`);
  });
  afterAll(async () => {
    await idle(server);
    await server.close();
  });

  const check = (change: object, secrets: Record<string, string>): Promise<void> => {
    const settings = { ...settingsOf(server), acceptWritingRole: false, ...change };
    const read = readSettings(snowflake.settings, settings);
    return snowflake.open({ settings: read, secrets: readSettings(snowflake.secrets, secrets, read) as never }).check(never); // prettier-ignore
  };

  it.each([
    ['key-pair', { privateKey: plain }],
    ['key-pair', { privateKey: encrypted, passphrase }],
    ['password', { password: 'right' }],
    ['oauth', { token: 'good-token' }],
  ])('takes %s', async (signIn, secrets) => {
    await expect(check({ signIn }, secrets as never)).resolves.toBeUndefined();
  });

  it.each([
    ['another key', 'key-pair', { privateKey: String(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem)) }],
    ['a wrong passphrase', 'key-pair', { privateKey: encrypted, passphrase: 'wrong' }],
    ['no key at all', 'key-pair', { privateKey: 'MIIB' }],
    ['a wrong password', 'password', { password: 'wrong' }],
    ['a wrong token', 'oauth', { token: 'bad-token' }],
  ])('says that %s is refused', async (_, signIn, secrets) => {
    await expect(check({ signIn }, secrets as never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.auth_failed',
    });
  }); // prettier-ignore

  it('says that a role can write, itself or through another one', async () => {
    const secrets = { password: 'right' };
    const read = (): Promise<void> => check({}, secrets);
    await expect(read()).resolves.toBeUndefined();
    await server.execute(`grant insert on table t to role writer_role;
      grant role writer_role to role reader_role`);
    await expect(read()).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.can_write',
      detail: expect.stringContaining('INSERT on TABLE'),
    });
    await expect(check({ acceptWritingRole: true }, secrets)).resolves.toBeUndefined();
  });

  it('does not call a role a reader that inherits more roles than it looks at', async () => {
    const roles = Array.from({ length: 51 }, (_, n) => `inherited_${n}`);
    const grants = roles.map(
      (role) => `create role ${role}; grant role ${role} to role reader_role`,
    );
    for (const grant of grants) await server.execute(grant);
    await expect(check({}, { password: 'right' })).rejects.toMatchObject({
      code: 'source.can_write',
      detail: expect.stringContaining('more than 50 roles'),
    });
  });

  it('says what is missing: a warehouse, a database, a grant', async () => {
    const secrets = { password: 'right' };
    await expect(check({ warehouse: 'NOWHERE' }, secrets)).rejects.toMatchObject({
      code: 'source.no_warehouse',
    });
    await expect(check({ database: 'NOWHERE' }, secrets)).rejects.toMatchObject({
      kind: 'CONFIG',
    });
    await server.execute('create table private (id number)');
    const settings = readSettings(snowflake.settings, settingsOf(server));
    const source = snowflake.open({
      settings,
      secrets: { ...secrets, privateKey: undefined, passphrase: undefined, token: undefined },
    });
    const query = source.query({ model: { table: 'private' }, columns: ['id'], tag }, never);
    await expect(query.then(all)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'source.forbidden',
      vendorCode: expect.stringMatching(/^00(2003|3001)$/),
    });
  });
});
