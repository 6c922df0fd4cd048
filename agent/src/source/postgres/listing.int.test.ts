import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readSettings } from '../../connector/settings.js';
import type { SourceConnection } from '../../connector/source.js';
import { openPostgresFixture } from '../../testing/postgres.js';
import type { PostgresFixture } from '../../testing/postgres.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import postgres from './index.js';

const never = new AbortController().signal;
let fixture: PostgresFixture;
let source: SourceConnection;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  const reader = `reader_${fixture.settings.database}`;
  await fixture.client.query(`
    create schema marts; create schema "Odd.One"; create schema closed;
    create table marts.person (id bigint primary key, "full ""name""" varchar(40) not null, secret text, note text[]);
    create view marts.grown as select id from marts.person;
    create table marts.hidden (id int);
    create table marts.part (at date, n int) partition by range (at);
    create table marts.part_1 partition of marts.part for values from ('2026-01-01') to ('2026-02-01');
    create table "Odd.One"."a.b" ("x.y" int);
    create table closed.gone (id int);
    insert into marts.person values (1, 'canary-4711', 'canary-4712', '{canary-4713}');
    create role "${reader}" login password 'pw';
    grant usage on schema marts, "Odd.One" to "${reader}";
    grant select (id, "full ""name""", note) on marts.person to "${reader}";
    grant select on marts.grown, marts.part, marts.part_1, "Odd.One"."a.b" to "${reader}"`);
  const settings = readSettings(postgres.settings, { ...fixture.settings, user: reader });
  source = postgres.open({ settings, secrets: { password: 'pw' } });
});
afterAll(async () => {
  await source.close();
  await fixture.until('count(*) = 0');
  const reader = `reader_${fixture.settings.database}`;
  await fixture.client.query(`drop owned by "${reader}"; drop role "${reader}"`);
  await fixture.close();
});

const list = (...path: string[]) => source.list?.(path, never);

it('lists schemas, then tables and views, then columns: what the user may read, and nothing of a row', async () => {
  expect(await list()).toEqual([
    { name: '"Odd.One"', kind: 'schema' },
    { name: 'marts', kind: 'schema' },
    { name: 'public', kind: 'schema' },
  ]);
  expect(await list('marts')).toEqual([
    { name: 'grown', kind: 'view' },
    { name: 'part', kind: 'table' },
    { name: 'person', kind: 'table' },
  ]);
  expect(await list('marts', 'person')).toEqual([
    { name: 'id', kind: 'column', type: 'bigint', isKey: true },
    { name: 'full "name"', kind: 'column', type: 'character varying(40)', isKey: false },
    { name: 'note', kind: 'column', type: 'text[]', isKey: false },
  ]);
  expect(await list('public')).toEqual([]);
});

it('writes names so that, joined by dots, they are a table of a model', async () => {
  expect(await list('"Odd.One"')).toEqual([{ name: '"a.b"', kind: 'table' }]);
  expect(await list('Odd.One')).toEqual([{ name: '"a.b"', kind: 'table' }]);
  expect(await list('"Odd.One"', '"a.b"')).toEqual([
    { name: 'x.y', kind: 'column', type: 'integer', isKey: false },
  ]);
  const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };
  const stream = await source.query(
    { model: { table: '"Odd.One"."a.b"' }, columns: ['x.y'], tag },
    never,
  );
  expect(stream.columns.map(({ name }) => name)).toEqual(['x.y']);
  await stream.close();
});

it.each([[['nowhere']], [['closed']], [['marts', 'nothing']], [['marts', 'person', 'id', 'x']]])(
  'says that %j is not there',
  async (path) => {
    await expect(list(...path)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'listing.missing',
      detail: path.join(' / '),
    });
  },
);

it('stops when it is aborted, and leaves no session behind', async () => {
  const proxy = await openTcpProxy(fixture.settings);
  const settings = readSettings(postgres.settings, { ...fixture.settings, port: proxy.port });
  const slow = postgres.open({ settings, secrets: fixture.secrets });
  const cancel = new AbortController();
  // The answer is on its way.
  proxy.cutAt((answer) => {
    if (answer.includes('marts')) cancel.abort(new Error('cancelled by the test'));
    return false;
  });
  await expect(slow.list?.([], cancel.signal)).rejects.toThrow('cancelled by the test');
  await fixture.until('count(*) = 0');
  await slow.close();
  await proxy.close();
});
