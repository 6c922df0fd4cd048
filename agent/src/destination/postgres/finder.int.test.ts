import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Finder, FinderRequest, Found } from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { makeMatchBatch } from '../../connector/match-batch.js';
import { readSettings } from '../../connector/settings.js';
import { openPostgresFixture } from '../../testing/postgres.js';
import type { PostgresFixture } from '../../testing/postgres.js';
import postgres from './index.js';

const never = new AbortController().signal;

describe('Looking things up in Postgres', () => {
  let fixture: PostgresFixture;

  beforeAll(async () => {
    fixture = await openPostgresFixture(inject('postgresUrl'));
  });
  afterAll(() => fixture.close());
  beforeEach(async () => {
    await fixture.client.query(`drop schema public cascade; create schema public;
      create table account (id bigint generated always as identity, domain text unique, code numeric,
        at timestamptz, open boolean, plan text not null default 'free', note text generated always as ('n' || domain) stored)`);
  });

  const open = (change: Partial<FinderRequest> = {}): Promise<Finder> => {
    const destination = postgres.open({
      settings: readSettings(postgres.settings, fixture.settings),
      secrets: fixture.secrets,
    });
    const tag = { workspaceId: 'w', syncId: 's', runId: 'r' };
    const match = [{ name: 'domain', type: 'text' as const, nulls: 'send' as const }];
    const wish = {
      object: 'public.account',
      match,
      returns: 'id',
      creates: false,
      options: {},
      tag,
      lastCheck: () => undefined,
    };
    if (!destination.openFinder) throw new TypeError('Postgres can look things up.');
    return destination.openFinder({ ...wish, ...change }, never);
  };
  const by = (...names: string[]): Pick<FinderRequest, 'match'> => ({
    match: names.map((name) => ({ name, type: 'text', nulls: 'send' })),
  });
  const ask = async (
    finder: Finder,
    rows: string[][],
    how: 'find' | 'create' = 'find',
  ): Promise<Found[]> => {
    const batch = makeMatchBatch([], linesOf(rows), rows.length);
    return finder[how](batch, never).finally(() => finder.close());
  };

  it('compares as the columns do, not as texts', async () => {
    await fixture.client.query(
      `insert into account (domain, code, at, open) values ('a', 1.50, '2026-01-01 00:00+00', true)`,
    );
    expect(
      await ask(await open({ ...by('code', 'at'), returns: 'open' }), [
        ['1.5', '2026-01-01 01:00:00+01'],
        ['1.5', '2026-01-01 01:00:00+00'],
      ]),
    ).toEqual([{ kind: 'found', text: 'true' }, { kind: 'missing' }]);
  });

  it('gives back what the database made itself, and looks into views', async () => {
    await fixture.client.query(`insert into account (domain) values ('a.example'), ('b.example');
      create view recent as select * from account where domain like 'b%'`);
    const both = [['a.example'], ['b.example']];
    expect(await ask(await open({ returns: 'note' }), both)).toMatchObject([
      { text: 'na.example' },
      { text: 'nb.example' },
    ]);
    expect(await ask(await open({ object: 'recent' }), both)).toEqual([
      { kind: 'missing' },
      { kind: 'found', text: '2' },
    ]);
  });

  it('refuses one value that is none of the column', async () => {
    await expect(ask(await open(by('code')), [['1'], ['twelve']])).rejects.toMatchObject({
      kind: 'REJECTED',
      vendorCode: '22P02',
    });
  });

  it.each([
    [{ object: 'nowhere' }, 'destination.object_missing'],
    [{ returns: 'nothing' }, 'destination.field_missing'],
    [by('nothing'), 'destination.field_missing'],
    [{ ...by('code'), creates: true }, 'destination.match_not_unique'],
    [{ ...by('note'), creates: true }, 'destination.field_read_only'],
  ])('%j is refused before anything is asked', async (change, code) => {
    await expect(open(change)).rejects.toMatchObject({ kind: 'CONFIG', code });
  });

  it('makes a record once, however many look for it at a time', async () => {
    const rows = Array.from({ length: 500 }, (_, n) => [`${n}.example`]);
    const finders = await Promise.all([1, 2, 3].map(() => open({ creates: true })));
    const all = await Promise.all(finders.map((finder) => ask(finder, rows, 'create')));
    const { rows: made } = await fixture.client.query<{ ids: string[] }>(
      `select array_agg(id::text order by split_part(domain, '.', 1)::int) as ids from account`,
    );
    const expected = made[0]?.ids.map((text) => ({ kind: 'found', text }));
    expect(expected).toHaveLength(500);
    for (const found of all) expect(found).toEqual(expected);
  });

  it('refuses to make what the table does not take', async () => {
    await fixture.client.query(`alter table account alter plan drop default`);
    await expect(ask(await open({ creates: true }), [['a']], 'create')).rejects.toMatchObject({
      kind: 'REJECTED',
      vendorCode: '23502',
    });
  });
});
