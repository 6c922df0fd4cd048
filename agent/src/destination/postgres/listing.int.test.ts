import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import { openPostgresFixture } from '../../testing/postgres.js';
import type { PostgresFixture } from '../../testing/postgres.js';
import postgres from './index.js';

const never = new AbortController().signal;
let fixture: PostgresFixture;
let destination: DestinationConnection;

const writer = (): string => `writer_${fixture.settings.database}`;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  await fixture.client.query(`
    create schema crm;
    create table crm.contact (id bigint generated always as identity primary key, region text, code text not null,
      email varchar(200) not null, plan text not null default 'free', shout text generated always as (upper(email)) stored,
      unique (region, code) include (plan));
    create unique index on crm.contact (email) where plan = 'paid';
    create table crm.readable (id int);
    create table "Up.per" (id int);
    create view crm.seen as select id from crm.contact;
    create role "${writer()}" login password 'pw';
    grant usage on schema crm to "${writer()}";
    grant select, insert, update, delete on crm.contact, "Up.per" to "${writer()}";
    grant select on crm.readable to "${writer()}"`);
  const settings = readSettings(postgres.settings, { ...fixture.settings, user: writer() });
  destination = postgres.open({ settings, secrets: { password: 'pw' } });
});
afterAll(async () => {
  await destination.close();
  await fixture.until('count(*) = 0');
  await fixture.client.query(`drop owned by "${writer()}"; drop role "${writer()}"`);
  await fixture.close();
});

const list = (...path: string[]) => destination.list?.(path, never);
const column = (name: string, type: string, isKey: boolean, isRequired: boolean) => ({
  name,
  kind: 'column',
  type,
  isKey,
  isRequired,
});

it('lists the tables that the user may write, and their columns', async () => {
  expect(await list()).toEqual([
    { name: 'crm.contact', kind: 'table' },
    { name: 'public."Up.per"', kind: 'table' },
  ]);
  expect(await list('crm.contact')).toEqual([
    column('id', 'bigint', true, false),
    column('region', 'text', true, false),
    column('code', 'text', true, true),
    column('email', 'character varying(200)', false, true),
    column('plan', 'text', false, false),
  ]);
  expect(await list('public."Up.per"')).toEqual([column('id', 'integer', false, false)]);
});

it.each([[['crm.nothing']], [['nowhere.at.all.x']], [['']], [['crm.contact', 'id']]])(
  'says that %j is not there',
  async (path) => {
    await expect(list(...path)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'listing.missing',
    });
  },
);

it('says of a database that is not there what a check says', async () => {
  const settings = readSettings(postgres.settings, { ...fixture.settings, port: 1 });
  const absent = postgres.open({ settings, secrets: { password: 'pw' } });
  await expect(absent.list?.([], never)).rejects.toMatchObject({
    kind: 'TRANSIENT',
    code: 'destination.unreachable',
  });
});
