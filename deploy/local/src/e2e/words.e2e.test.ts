import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { peopleSync } from '../testing/people-sync.js';
import { isOver, openWhole } from '../testing/whole.js';
import type { Whole } from '../testing/whole.js';

// What a person writes into the YAML arrives at the engine: checked by the control plane against what the agent says it
// can do, sent over the wire, and done to the rows.

let whole: Whole;

beforeEach(async () => {
  whole = await openWhole({ postgresUrl: inject('postgresUrl') });
  await whole.warehouse.query(`create table person as select * from (values
    (1, 'Ada', 'a.example'), (2, 'Bob', 'b.example'), (3, 'Cleo', 'c.example')) as t (id, name, domain)`);
  await whole.target.query(`
    create table account (id bigint generated always as identity primary key, domain text unique);
    create table person (id bigint primary key, name text, account_id bigint references account);
    insert into account (domain) values ('a.example'), ('b.example')`);
});

afterEach(() => whole.close());

const withSync = (fields: string, sync = '', model = ''): string =>
  peopleSync(whole, fields, { sync, model });

const lookup = (onMiss: string): string =>
  `name: name, account_id: { lookup: { object: public.account, match: { domain: domain }, return: id, onMiss: ${onMiss} } }`;

const people = async (): Promise<{ name: string; domain: string | null }[]> => {
  const { rows } = await whole.target.query<{ name: string; domain: string | null }>(
    'select name, domain from person left join account on account.id = account_id order by name',
  );
  return rows;
};

it('finds the records that rows refer to, and tries a row again whose record is missing', async () => {
  await whole.apply(withSync(lookup('reject')));
  expect(await whole.run('people')).toMatchObject({
    state: 'completed_with_errors',
    counts: { added: 3, sent: 2, rejected: 1 },
    errors: [{ code: 'lookup.missing', count: 1 }],
  });
  expect(await people()).toEqual([
    { name: 'Ada', domain: 'a.example' },
    { name: 'Bob', domain: 'b.example' },
  ]);

  await whole.apply(withSync(lookup('create')));
  const made = await whole.run('people');
  expect(made.state).toBe('succeeded');
  expect(await people()).toContainEqual({ name: 'Cleo', domain: 'c.example' });
});

it('sends the first of several rows with one key, or stops', async () => {
  await whole.warehouse.query(`insert into person values (2, 'Zoe', 'z.example')`);
  await whole.apply(withSync('name: name', '', 'duplicates: fail'));
  expect(await whole.run('people')).toMatchObject({
    state: 'failed',
    failure: { code: 'snapshot.repeated_keys' },
  });
  await whole.apply(
    withSync('name: name', '', 'duplicates: first, orderBy: ["domain desc", name]'),
  );
  expect(await whole.run('people')).toMatchObject({ state: 'succeeded', counts: { sent: 3 } });
  expect((await people()).map(({ name }) => name)).toEqual(['Ada', 'Cleo', 'Zoe']);
});

it('sets a row aside that is refused run after run', async () => {
  await whole.target.query(`alter table person add check (name <> 'Bob')`);
  await whole.apply(withSync('name: name', 'quarantineAfter: 2'));
  const codes = async (): Promise<string[]> =>
    (await whole.run('people')).errors.map(({ code }) => code);
  const refused = await codes();
  expect(refused).toHaveLength(1);
  expect(await codes()).toEqual(refused);
  expect(await codes()).toEqual(['delivery.quarantined']);
});

it('asks before a new mapping sends rows again, or leaves them until they change', async () => {
  const named = (filter: string): string => `name: { template: "{{ name | ${filter} }}" }`;
  const names = async (): Promise<string[]> => (await people()).map(({ name }) => name);
  await whole.apply(withSync('name: name'));
  await whole.run('people');

  await whole.apply(withSync(named('upcase'), 'mappingChange: stop'));
  expect(await whole.run('people')).toMatchObject({ state: 'failed', counts: { sent: 0 } });
  expect(await whole.run('people', { backfill: true })).toMatchObject({ counts: { sent: 3 } });
  expect(await names()).toEqual(['ADA', 'BOB', 'CLEO']);

  await whole.apply(withSync(named('downcase'), 'mappingChange: from-now-on'));
  expect(await whole.run('people')).toMatchObject({ state: 'succeeded', counts: { sent: 0 } });
  await whole.warehouse.query(`update person set name = 'Zoe' where id = 3`);
  expect(await whole.run('people')).toMatchObject({ counts: { changed: 1, sent: 1 } });
  expect((await names()).toSorted()).toEqual(['ADA', 'BOB', 'zoe']);
});

it('holds what a guard asks about until a person lets it go', async () => {
  await whole.apply(
    withSync('name: name', 'guards: { removed: { rows: 1, percent: 1, action: approve } }'),
  );
  await whole.run('people');
  await whole.warehouse.query('delete from person where id > 1');
  const id = await whole.start('people');
  const held = await whole.waitFor(id, ({ state }) => state === 'waiting_approval');
  expect(held.counts).toMatchObject({ removed: 2, sent: 0 });
  expect(await people()).toHaveLength(3);

  await whole.product.graphql(
    'mutation ($input: ApproveRunInput!) { approveRun(input: $input) { run { id } } }',
    { input: { runId: id } },
  );
  expect(await whole.waitFor(id, isOver)).toMatchObject({
    state: 'succeeded',
    counts: { sent: 2 },
  });
  expect((await people()).map(({ name }) => name)).toEqual(['Ada']);
});
