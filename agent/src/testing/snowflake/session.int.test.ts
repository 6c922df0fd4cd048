import type { ConnectionOptions } from 'snowflake-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { leave, openDriver, run } from './driver.js';
import type { Mood } from './moods.js';
import { openSnowflakeServer } from './snowflake-server.js';
import type { SnowflakeOptions } from './snowflake-server.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(options: SnowflakeOptions = {}, more: Partial<ConnectionOptions> = {}) {
  const server = await openSnowflakeServer(options);
  closing.push(() => server.close());
  const { url, account, user, password, warehouse, database, schema } = server;
  const connection = await openDriver({
    accessUrl: url,
    account,
    username: user,
    password,
    warehouse,
    database,
    schema,
    ...more,
  } as ConnectionOptions);
  closing.push(() => leave(connection));
  return { server, connection };
}

const isQuery: Mood['fits'] = ({ path }) => path === '/queries/v1/query-request';

describe('a session', () => {
  it('is renewed where its token has expired', async () => {
    const { server, connection } = await open();
    server.expireTokens('session');
    expect((await run(connection, 'select 1 as a')).rows).toEqual([{ A: 1 }]);
    expect(server.requests.map(({ path }) => path)).toContain('/session/token-request');
  });

  it('is lost where that of its master has, or where it is gone', async () => {
    const { server, connection } = await open();
    server.expireTokens('master');
    await expect(run(connection, 'select 1')).rejects.toThrow(/terminated|disconnected|expired/i);
    expect(connection.isUp()).toBe(false);
    const other = await open();
    other.server.forget('gone');
    await expect(run(other.connection, 'select 1')).rejects.toThrow(
      /terminated|disconnected|exists/i,
    );
  });

  it('takes what is temporary with it, and the chunks of its results', async () => {
    const { server, connection } = await open({ chunkBytes: 10_000 });
    await run(connection, 'create temporary table t as select 1 as a');
    await run(connection, 'select seq8() from table(generator(rowcount => 30000))', {
      streamResult: true,
    });
    const [, big] = server.queries();
    expect(big?.result?.rows.chunks.length).toBeGreaterThan(1);
    await leave(connection);
    expect(big?.result?.rows.chunks).toEqual([]);
    await expect(server.execute('select * from t')).rejects.toMatchObject({ code: '002003' });
  });

  it('refuses a token that it does not know with 401 and its code', async () => {
    const { server } = await open();
    const answer = await fetch(`${server.url}/session/heartbeat`, {
      method: 'POST',
      headers: { authorization: 'Snowflake Token="made up"' },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ success: false, code: '390104' });
  });

  it('shows its query tags and parameters', async () => {
    const { server, connection } = await open({}, { queryTag: 'drawbridge ws=1' });
    await run(connection, 'select 1');
    await run(connection, "alter session set query_tag = 'other', timezone = 'UTC'");
    await run(connection, 'select 2', { parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 5 } });
    expect(server.queries().map(({ parameters }) => parameters.get('QUERY_TAG'))).toEqual([
      'drawbridge ws=1',
      'drawbridge ws=1',
      'drawbridge ws=1',
    ]);
    expect(server.sessions()[0]?.parameter('TIMEZONE')).toBe('UTC');
    await expect(run(connection, 'alter session set nonsense = 1')).rejects.toThrow(
      'invalid parameter',
    );
  });
});

describe('moods', () => {
  it('answers 503, and runs a query once that is asked for again', async () => {
    const { server, connection } = await open({
      moods: [{ fits: isQuery, times: 1, does: { status: 503 } }],
    });
    await run(connection, 'create table t (a number)');
    server.moods.push({ fits: isQuery, times: 1, does: 'cut after' });
    await run(connection, 'insert into t values (1)');
    expect(await server.execute('select count(*) from t')).toEqual([['1']]);
    const asked = server.requests.filter(({ path }) => path === '/queries/v1/query-request');
    expect(asked.map(({ query }) => query.get('retryCount'))).toEqual([null, '1', null, '1']);
  });

  it('ends a statement whose time is up', async () => {
    const { connection } = await open();
    const slow = run(connection, 'select count(*) from table(generator(timelimit => 60))', {
      parameters: { STATEMENT_TIMEOUT_IN_SECONDS: 1 },
    });
    await expect(slow).rejects.toMatchObject({ code: '000630', sqlState: '57014' });
  });
});

describe('a role', () => {
  it('may read what it was granted, and its grants tell what it may do', async () => {
    const users = [
      { name: 'ADMIN', password: 'a', defaultRole: 'ACCOUNTADMIN', defaultWarehouse: 'COMPUTE_WH' },
      { name: 'READER', password: 'r', defaultRole: 'READING', defaultWarehouse: 'COMPUTE_WH' },
    ];
    const { server, connection: admin } = await open({ users });
    for (const sql of [
      'create table seen (a number, b text)',
      'create table hidden (a number)',
      'create view shown as select a from hidden',
      'create role reading',
      'grant usage on database analytics to role reading',
      'grant usage on schema analytics.public to role reading',
      'grant usage on warehouse compute_wh to role reading',
      'grant select on table seen to role reading',
      'grant select on view shown to role reading',
    ])
      await run(admin, sql);
    const reader = await openDriver({
      accessUrl: server.url,
      account: server.account,
      username: 'READER',
      password: 'r',
      database: server.database,
      schema: server.schema,
    });
    closing.push(() => leave(reader));
    expect((await run(reader, 'select a from seen')).rows).toEqual([]);
    await expect(run(reader, 'select a from hidden')).rejects.toMatchObject({
      code: '002003',
      sqlState: '42S02',
    });
    await expect(run(reader, 'insert into seen values (1, null)')).rejects.toMatchObject({
      code: '003001',
      sqlState: '42501',
    });
    await expect(run(reader, 'create table mine (a number)')).rejects.toMatchObject({
      code: '003001',
    });
    const { rows: objects } = await run(reader, 'show terse objects in schema analytics.public');
    expect(objects.map(({ name, kind }) => [name, kind])).toEqual([
      ['SEEN', 'TABLE'],
      ['SHOWN', 'VIEW'],
    ]);
    const { rows: columns } = await run(
      reader,
      `select table_name t, column_name c, data_type d from information_schema.columns order by 1, ordinal_position`,
    );
    expect(columns).toEqual([
      { T: 'SEEN', C: 'A', D: 'NUMBER' },
      { T: 'SEEN', C: 'B', D: 'TEXT' },
      { T: 'SHOWN', C: 'A', D: 'NUMBER' },
    ]);
    const { rows: grants } = await run(reader, 'show grants to role reading');
    expect(
      grants.map(({ privilege, granted_on: on }) => `${String(privilege)} ${String(on)}`),
    ).toEqual(['USAGE DATABASE', 'USAGE SCHEMA', 'USAGE WAREHOUSE', 'SELECT TABLE', 'SELECT VIEW']);
  });
});
