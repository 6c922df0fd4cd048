import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { anyTextOf, postgresTypes } from '../testing/any-value.js';
import type { PostgresType } from '../testing/any-value.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { MemoryStore } from '../testing/memory-store.js';
import { openPostgresPair } from '../testing/postgres-pair.js';
import { openPostgresFixture } from '../testing/postgres.js';
import type { PostgresFixture } from '../testing/postgres.js';
import type { SyncRequest } from './sync-request.js';

// Every type that a warehouse has, with the values that get lost on the way elsewhere. The database itself says whether
// a value arrived. Numbers are the invariants' of run-sync.ts.

let fixture: PostgresFixture;
let directory: string;
let source: SourceConnection;
let destination: DestinationConnection;
let engine: Engine;

beforeAll(async () => {
  fixture = await openPostgresFixture(inject('postgresUrl'));
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-types-'));
  await fixture.client.query(`create type mood as enum ('sad', 'ok', 'so "so", \\ ż')`);
  ({ source, destination } = openPostgresPair(fixture));
});
afterAll(async () => {
  await source.close();
  await destination.close();
  await fixture.until('count(*) = 0');
  await fixture.close();
  await rm(directory, { recursive: true, force: true });
});
beforeEach(async () => {
  engine = await openEngine({ source, destination, store: new MemoryStore() });
});
afterEach(() => engine.close());

const sql = (text: string, values: unknown[] = []): Promise<unknown> =>
  fixture.client.query(text, values);

async function makeTables(columns: readonly string[], key: readonly string[]): Promise<void> {
  const list = columns.join(', ');
  await sql(`drop table if exists here, there; create table here (${list});
    create table there (${list}, primary key (${key.join(', ')}))`);
}

async function insert(types: readonly PostgresType[], row: Row, id: number): Promise<void> {
  const places = types.map((type, n) => `$${n + 2}::text::${type}`);
  await sql(`insert into here values (${['$1', ...places].join(', ')})`, [id, ...row]);
}

/** Rows that are on one side only, or whose texts differ. */
async function differences(names: readonly string[]): Promise<number> {
  const texts = names.map((name) => `${name}::text`).join(', ');
  const { rows } = await fixture.client.query<{ count: number }>(
    `select count(*)::int as count from (
       (select ${texts} from here except all select ${texts} from there)
       union all (select ${texts} from there except all select ${texts} from here)) as d`,
  );
  return rows[0]!.count;
}

type Row = (string | null)[];

const requestFor = (key: string[], fields: string[]): Partial<SyncRequest> => ({
  syncId: crypto.randomUUID(),
  model: { name: 'm', query: { table: 'here' }, primaryKey: key },
  object: 'there',
  key: key.map((name) => ({ field: name, column: name })),
  fields: fields.map(column),
});

const verify = { dryRun: false, full: false, rebaseline: false, verify: true };

const names = postgresTypes.map((_, n) => `c${n}`);
const anyRow = fc.tuple(...postgresTypes.map((type) => anyTextOf(type)));
const anyRowWithNulls = fc.tuple(
  ...postgresTypes.map((type) => fc.option(anyTextOf(type), { freq: 5 })),
);

describe('values of every type', () => {
  beforeEach(() =>
    makeTables(['id int', ...postgresTypes.map((type, n) => `c${n} ${type}`)], ['id']),
  );

  it('arrive as they are, and are the same the next time (1, 2, 8)', async () => {
    const anyRows = fc.array(anyRowWithNulls, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyRows, async (rows) => {
        await sql('truncate here, there');
        for (const [n, row] of rows.entries()) await insert(postgresTypes, row, n);
        const request = requestFor(['id'], names);
        expect(await engine.run(request)).toMatchObject({
          outcome: 'succeeded',
          counts: { added: rows.length, sent: rows.length },
        });
        expect(await differences(['id', ...names])).toBe(0);
        const unchanged = { unchanged: rows.length, sent: 0 };
        expect(await engine.run(request)).toMatchObject({ counts: unchanged });
        expect(await engine.run({ ...request, run: verify })).toMatchObject({ counts: unchanged });
      }),
      { numRuns: 4 },
    );
  });

  it('are seen to change, each by itself, and nothing else is (2, 8)', async () => {
    await fc.assert(
      fc.asyncProperty(anyRowWithNulls, anyRowWithNulls, async (before, after) => {
        await sql('truncate here, there');
        for (const n of names.keys()) await insert(postgresTypes, before, n);
        const request = requestFor(['id'], names);
        await engine.run(request);
        // The row `n` changes in its column `n` alone.
        for (const [n, type] of postgresTypes.entries())
          await sql(`update here set c${n} = $1::text::${type} where id = ${n}`, [after[n]]);
        const changed = (await differences(['id', ...names])) / 2;
        expect(await engine.run(request)).toMatchObject({
          outcome: 'succeeded',
          counts: { changed, sent: changed, unchanged: names.length - changed },
        });
        expect(await differences(['id', ...names])).toBe(0);
      }),
      { numRuns: 5 },
    );
  });

  const unlike: [PostgresType, string, string | null][] = [
    ['double precision', '0', '-0'],
    ['double precision', 'NaN', null],
    ['numeric', '1.0', '1.00'],
    ['numeric', '0.1', '0.10000000000000000000000000000001'],
    ['timestamptz', '2024-01-01 00:00:00.000001Z', '2024-01-01 00:00:00.000002Z'],
    ['interval', '1 month', '30 days'],
    ['text', '\\N', null],
    ['text', 'e\u0301', '\u00e9'],
    ['text', '', null],
    ['bytea', '\\x00', '\\x0000'],
    ['text[]', '{NULL}', '{"NULL"}'],
  ];

  it('that are easily taken for one another are not (2)', async () => {
    const columnOf = (type: PostgresType): string => `c${postgresTypes.indexOf(type)}`;
    for (const [n, [type, one]] of unlike.entries())
      await sql(`insert into here (id, ${columnOf(type)}) values (${n}, $1::text::${type})`, [one]);
    const request = requestFor(['id'], names);
    await engine.run(request);
    for (const [n, [type, , other]] of unlike.entries())
      await sql(`update here set ${columnOf(type)} = $1::text::${type} where id = ${n}`, [other]);
    expect(await engine.run(request)).toMatchObject({
      counts: { changed: unlike.length, sent: unlike.length, unchanged: 0 },
    });
    expect(await differences(['id', ...names])).toBe(0);
  });
});

describe('json', () => {
  it('is the same in another order of keys, and another with one digit more (2)', async () => {
    await makeTables(['id int', 'j json', 'n int'], ['id']);
    await sql(
      `insert into here values (1, '{"a":1.0,"b":"\\n"}', 1), (2, '[1,2]', 1), (3, null, 1), (4, '{"a":1}', 1)`,
    );
    const request = requestFor(['id'], ['j', 'n']);
    await engine.run(request);
    await sql(`update here set j = '{"b" : "\\n", "a":1.0}' where id = 1;
      update here set j = '[1.0,2]' where id = 2;
      update here set j = 'null' where id = 3;
      update here set j = '{ "a":1 }', n = 2 where id = 4`);
    expect(await engine.run(request)).toMatchObject({
      counts: { unchanged: 1, changed: 3, sent: 3 },
    });
    const { rows } = await fixture.client.query('select j::text from there order by id');
    expect(rows.map(({ j }) => j)).toEqual(['{"a":1.0,"b":"\\n"}', '[1.0,2]', 'null', '{ "a":1 }']);
  });
});

describe('a key of every type', () => {
  const types = postgresTypes.filter((type) => !/^(json|point)/.test(type));
  const keys = types.map((_, n) => `c${n}`);
  const anyKey = (whole: Row): Row => types.map((type) => whole[postgresTypes.indexOf(type)]!);

  it('tells rows apart by each of its columns, and removes those that left (8, 9)', async () => {
    await makeTables(['note int', ...types.map((type, n) => `c${n} ${type}`)], keys);
    await fc.assert(
      fc.asyncProperty(anyRow, anyRow, async (one, other) => {
        await sql('truncate here, there');
        const [base, others] = [anyKey(one), anyKey(other)];
        await insert(types, base, -1);
        for (const n of types.keys()) await insert(types, base.with(n, others[n]!), n);
        // Where both have the same value, the row is not another one.
        await sql(`delete from here as h where note >= 0 and exists (select from here where note = -1
          and (${keys.join(', ')}) is not distinct from (${keys.map((key) => `h.${key}`).join(', ')}))`);
        const request = requestFor(keys, ['note']);
        expect(await engine.run(request)).toMatchObject({ outcome: 'succeeded' });
        expect(await differences(['note', ...keys])).toBe(0);
        const { rowCount } = await fixture.client.query('delete from here where note % 3 = 0');
        expect(await engine.run(request)).toMatchObject({
          counts: { removed: rowCount, sent: rowCount, added: 0, changed: 0 },
        });
        expect(await differences(['note', ...keys])).toBe(0);
      }),
      { numRuns: 5 },
    );
  });
});
