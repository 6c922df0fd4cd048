import { generateKeyPairSync } from 'node:crypto';
import type { ConnectionOptions } from 'snowflake-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { leave, openDriver, run } from './driver.js';
import { openSnowflakeServer } from './snowflake-server.js';
import type { SnowflakeOptions, SnowflakeServer } from './snowflake-server.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(options: SnowflakeOptions = {}): Promise<SnowflakeServer> {
  const server = await openSnowflakeServer(options);
  closing.push(() => server.close());
  return server;
}

async function enter(server: SnowflakeServer, more: Partial<ConnectionOptions> = {}) {
  const connection = await openDriver({
    accessUrl: server.url,
    account: server.account,
    username: server.user,
    password: server.password,
    warehouse: server.warehouse,
    database: server.database,
    schema: server.schema,
    ...more,
  } as ConnectionOptions);
  closing.push(() => leave(connection));
  return connection;
}

const refusal = async (
  work: Promise<unknown>,
): Promise<{ code?: string; sqlState?: string; message?: string }> =>
  work.then(
    () => ({}),
    (error: { code: string; sqlState: string; message: string }) => ({
      code: error.code,
      sqlState: error.sqlState,
      message: error.message,
    }),
  );

describe('signing in', () => {
  it('takes the password and refuses another', async () => {
    const server = await open();
    const { rows } = await run(await enter(server), 'select current_user() u, current_role() r');
    expect(rows).toEqual([{ U: 'DRAWBRIDGE', R: 'ACCOUNTADMIN' }]);
    expect(await refusal(enter(server, { password: 'wrong' }))).toMatchObject({
      code: '390100',
      message: 'Incorrect username or password was specified.',
    });
  });

  it('takes a token signed with the key of the user, and no other', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const publicKey = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const server = await open({ users: [{ name: 'LOADER', publicKey, defaultRole: 'SYSADMIN' }] });
    const withKey = (key: typeof keys.privateKey) =>
      enter(server, {
        authenticator: 'SNOWFLAKE_JWT',
        privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      });
    const { rows } = await run(await withKey(keys.privateKey), 'select current_role() r');
    expect(rows).toEqual([{ R: 'SYSADMIN' }]);
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    expect(await refusal(withKey(other))).toMatchObject({ code: '390144' });
  });

  it('takes an OAuth token, and no other', async () => {
    const server = await open({
      users: [{ name: 'LOADER', tokens: ['t-1'], defaultRole: 'PUBLIC' }],
    });
    const { rows } = await run(
      await enter(server, { authenticator: 'OAUTH', token: 't-1' }),
      'select current_user() u',
    );
    expect(rows).toEqual([{ U: 'LOADER' }]);
    expect(await refusal(enter(server, { authenticator: 'OAUTH', token: 't-2' }))).toMatchObject({
      code: '390303',
    });
  });

  it('refuses a role that the user does not have', async () => {
    const server = await open({
      users: [{ name: 'LOADER', password: 'p', defaultRole: 'PUBLIC' }],
    });
    expect(await refusal(enter(server, { role: 'ACCOUNTADMIN' }))).toMatchObject({
      code: '390189',
    });
  });
});

describe('results', () => {
  it('has every type as the driver reads it', async () => {
    const server = await open();
    const connection = await enter(server);
    await run(
      connection,
      `create table t (n number(38,0), d number(12,2), f float, s string, b boolean, da date, ti time, ntz timestamp_ntz, ltz timestamp_ltz, tz timestamp_tz, v variant, o object, a array, bi binary, g geography)`,
    );
    await run(
      connection,
      `insert into t select 12345678901234567890123456789012345678, 1.5, 'NaN'::float, 'ä''x', true, '1969-12-31', '12:34:56.5', '1969-12-31 23:59:59.25', '2020-01-02 03:04:05 +0200',
       '2020-01-02 03:04:05 +0200', parse_json('{"a":[1,{"b":"c"}]}'), object_construct('k', 1, 'n', null), array_construct(1, 'two', null), to_binary('CAFE'), to_geography('POINT(1 2)')`,
    );
    const { rows, statement } = await run(
      connection,
      `select n::string n, to_varchar(d) d, f, s, b, to_varchar(da) da, to_varchar(ti) ti, to_varchar(ntz, 'YYYY-MM-DD HH24:MI:SS.FF9') ntz, to_varchar(ltz, 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM') ltz,
       to_varchar(tz, 'YYYY-MM-DD"T"HH24:MI:SS.FF3TZH:TZM') tz, v, o, a, hex_encode(bi) bi, st_aswkt(g) g, v:a[1].b::string deep from t`,
    );
    expect(statement.getColumns()?.map((column) => column.getType())).toEqual(
      `text text real text boolean text text text text text variant object array text text text`.split(
        ' ',
      ),
    );
    expect(rows).toEqual([
      {
        N: '12345678901234567890123456789012345678',
        D: '1.50',
        F: NaN,
        S: "ä'x",
        B: true,
        DA: '1969-12-31',
        TI: '12:34:56.5',
        NTZ: '1969-12-31 23:59:59.250000000',
        LTZ: '2020-01-01 17:04:05.000 -0800',
        TZ: '2020-01-02T03:04:05.000+02:00',
        V: { a: [1, { b: 'c' }] },
        O: { k: 1 },
        A: [1, 'two', null],
        BI: 'CAFE',
        G: 'POINT(1 2)',
        DEEP: 'c',
      },
    ]);
  });

  it('gives large results in chunks', async () => {
    const server = await open({ chunkBytes: 50_000 });
    const { statement } = await run(
      await enter(server),
      `select seq8() n, 'row ' || seq8() s from table(generator(rowcount => 20000))`,
      { streamResult: true },
    );
    let sum = 0;
    for await (const row of statement.streamRows()) sum += (row as { N: number }).N;
    expect(sum).toBe((20_000 * 19_999) / 2);
    const chunks = server.requests.filter(({ path }) => path.startsWith('/results/'));
    expect(chunks.length).toBeGreaterThan(5);
  });

  it('refuses addresses of chunks that are too old, and those who show no key', async () => {
    const server = await open({ chunkBytes: 50_000 });
    const { statement } = await run(
      await enter(server),
      `select seq8() n from table(generator(rowcount => 50000))`,
      { streamResult: true },
    );
    const [session] = server.sessions();
    const asked = async () => {
      const answer = await fetch(`${server.url}/queries/${statement.getQueryId()}/result`, {
        headers: { authorization: `Snowflake Token="${session?.token}"` },
      });
      const { data } = (await answer.json()) as {
        data: { chunks: [{ url: string }]; chunkHeaders: Record<string, string> };
      };
      return { url: data.chunks[0].url, headers: data.chunkHeaders };
    };
    const before = await asked();
    expect((await fetch(before.url)).status).toBe(400);
    server.expireChunks();
    const expired = await fetch(before.url, { headers: before.headers });
    expect(expired.status).toBe(403);
    expect(await expired.text()).toContain('<Code>AccessDenied</Code>');
    const { url, headers } = await asked();
    const body = await (await fetch(url, { headers })).text();
    expect(body).toMatch(/^\["\d+"\],/);
  });
});

describe('a statement', () => {
  it('says what is wrong with its code and its SQL state', async () => {
    const connection = await enter(await open());
    const codes = {
      'select * from nope': ['002003', '42S02'],
      'selec 1': ['001003', '42000'],
      'select foo from (select 1 as bar)': ['000904', '42000'],
      "select 'x'::number": ['100038', '22018'],
      'select 1/0': ['100051', '22012'],
      'select 1; select 2': ['000008', '0A000'],
    };
    for (const [sql, [code, sqlState]] of Object.entries(codes))
      expect({ sql, ...(await refusal(run(connection, sql))) }).toMatchObject({
        sql,
        code,
        sqlState,
      });
  });

  it('is asked for again while it runs', async () => {
    const released = Promise.withResolvers<void>();
    const isQuery = ({ path }: { path: string }) => path.endsWith('/query-request');
    const server = await open({
      answerWithinMs: 20,
      moods: [{ fits: isQuery, times: 2, does: { runsUntil: released.promise } }],
    });
    const connection = await enter(server);
    const slow = run(connection, 'select 1 as a');
    await expect
      .poll(() => server.requests.some(({ path }) => path.endsWith('/result')))
      .toBe(true);
    released.resolve();
    expect((await slow).rows).toEqual([{ A: 1 }]);
  });

  it('is cancelled by its id', async () => {
    const server = await open();
    const connection = await enter(server);
    const { promise, resolve } = Promise.withResolvers<{ code?: string }>();
    const statement = connection.execute({
      sqlText: 'select count(*) from table(generator(timelimit => 3600))',
      complete: (error) => resolve((error ?? {}) as { code?: string }),
    });
    await expect.poll(() => server.queries().some(({ status }) => status === 'RUNNING')).toBe(true);
    await new Promise<void>((done, fail) =>
      statement.cancel((error) => (error ? fail(error) : done())),
    );
    expect(await promise).toMatchObject({ code: '000604' });
    expect(server.queries().at(-1)?.status).toBe('ABORTED');
  });
});
