import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import type { Store } from '../store/store.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import type { PostgresFixture } from '../testing/postgres.js';
import { openRealSides } from '../testing/real-sides.js';
import type { RealSides } from '../testing/real-sides.js';
import { batchTarget } from '../testing/batch-target.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// The whole engine on a real Postgres on both sides and a real bucket. Numbers are the invariants' of run-sync.ts.

let sides: RealSides;
let fixture: PostgresFixture;
let store: Store;
let source: SourceConnection;
let destination: DestinationConnection;
let engine: Engine;
let syncId: string;

const columns = 'id bigint, part text, name text, score numeric, seen timestamptz';
const fields = ['name', 'score', 'seen'].map(column);
const key = ['id', 'part'].map((name) => ({ field: name, column: name }));
const nothing = { action: 'nothing' as const, set: [] };
const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const defaultGuards = {
  removed: { rows: 10, percent: 10, action: 'withhold' as const },
  emptyResult: 'stop' as const,
};

beforeAll(async () => {
  sides = await openRealSides(inject('postgresUrl'));
  ({ fixture, source, destination, store } = sides);
});
afterAll(() => sides.close());
beforeEach(async () => {
  syncId = crypto.randomUUID();
  engine = await openEngine({ source, destination, store });
  await sql(`drop table if exists here; drop table if exists there;
    create table here (${columns}); create table there (${columns}, primary key (id, part));
    insert into here select n, 'p' || n % 2, 'name ' || n, n / 7.0, timestamptz '2024-01-01 00:00:00.000001Z' + n * interval '1 s'
      from generate_series(1, 100) n`);
});
afterEach(() => engine.close());

const sql = (text: string): Promise<unknown> => fixture.client.query(text);
const tableOf = async (name: string): Promise<unknown[]> =>
  (await fixture.client.query(`select id::text, part, name, score::text, seen::text from ${name} order by id, part`)).rows; // prettier-ignore
const inStep = async (): Promise<void> =>
  expect(await tableOf('there')).toEqual(await tableOf('here'));
const plain = (): Partial<SyncRequest> => ({
  syncId,
  model: { name: 'm', query: { table: 'here' }, primaryKey: ['id', 'part'] },
  object: 'there',
  key,
  fields,
  guards: defaultGuards,
});
const run = async (
  change: Partial<SyncRequest> = {},
  tools: Parameters<Engine['run']>[1] = {},
): Promise<SyncReport> => {
  const report = await engine.run({ ...plain(), ...change }, tools);
  assertSums(report);
  return report;
};

/** Invariant 8. */
function assertSums({ counts: c, outcome }: SyncReport): void {
  if (outcome === 'failed' || outcome === 'cancelled') return;
  expect(c.queried).toBe(c.unchanged + c.added + c.changed + c.invalid);
  expect(c.added + c.changed + c.removed).toBe(
    c.sent + c.skipped + c.rejected + c.withheld + c.pending + c.uncertain,
  );
}

describe('a mirror of Postgres in Postgres', () => {
  it('sends everything, then nothing, then what changed (1, 2, 8)', async () => {
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { added: 100, sent: 100 } });
    await inStep();
    const keys = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const object of store.list('')) found.push(object.key);
      return found.filter(isNoReport);
    };
    const before = await keys();
    expect(await run()).toMatchObject({ counts: { unchanged: 100, sent: 0 } });
    expect(await keys()).toEqual(before);
    await sql(`update here set seen = seen + interval '1 microsecond' where id = 5;
      update here set name = null where id = 6; delete from here where id = 7;
      insert into here values (5, 'other', E'a\\tb\\\\N\\n', 'NaN', null)`);
    expect(await run()).toMatchObject({
      counts: { unchanged: 97, changed: 2, added: 1, removed: 1, sent: 4 },
    });
    await inStep();
    expect(await run({ run: { ...options, verify: true } })).toMatchObject({
      counts: { unchanged: 100, sent: 0 },
    });
  });

  it('calls NULL and repeated keys invalid, and removes none of them (8, 9)', async () => {
    await run();
    await sql(
      `insert into here values (null, 'p', 'x'), (1, 'p1', 'twin'), (500, 'p', 'a'), (500, 'p', 'b')`,
    );
    expect(await run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { queried: 104, unchanged: 99, invalid: 5, removed: 0, sent: 0 },
    });
    expect(await tableOf('there')).toHaveLength(100);
  });

  it('keeps a rejected row back until it is taken, and then sends its latest value (2)', async () => {
    await sql('alter table there add check (score < 10)');
    expect(await run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 69, rejected: 31 },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: '23514' }, count: 31 }],
      baseline: { rows: 69 },
    });
    await sql('update here set score = 1 where id > 80');
    expect(await run()).toMatchObject({ counts: { added: 31, sent: 20, rejected: 11 } });
    await sql('update here set score = 2');
    await run();
    await inStep();
  });

  it('keeps a removal pending until it succeeds (9)', async () => {
    await run();
    await sql(`create table child (id bigint, part text, foreign key (id, part) references there);
      insert into child values (3, 'p1'); delete from here where id in (3, 4)`);
    expect(await run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { removed: 2, sent: 1, rejected: 1 },
      errors: [{ failure: { vendorCode: '23503' } }],
    });
    await sql('drop table child');
    expect(await run()).toMatchObject({ counts: { removed: 1, sent: 1 } });
    await inStep();
  });

  it('a dry run sends nothing and moves nothing (6)', async () => {
    const report = await run({ run: { ...options, dryRun: true } });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { added: 100, pending: 100 } });
    expect(report.baseline).toBeUndefined();
    expect(await tableOf('there')).toEqual([]);
    expect(await run()).toMatchObject({ counts: { added: 100, sent: 100 } });
  });

  it('sees removals on the record where others changed it, when it is told to send all again', async () => {
    await run();
    await sql(
      `delete from there where id = 9; update there set name = 'theirs' where id = 10; delete from here where id = 11`,
    );
    expect(await run({ run: { ...options, full: true } })).toMatchObject({
      counts: { changed: 99, removed: 1, sent: 100 },
    });
    await inStep();
  });
});

describe('a key that several rows share', () => {
  it('has one record, and the row that came last wins', async () => {
    await sql(
      `drop table there; create table there (part text primary key, name text, score numeric default 1)`,
    );
    const sharing = {
      mode: 'upsert' as const,
      onRemoved: nothing,
      key: [{ field: 'part', column: 'part' }],
      fields: [column('name'), { ...column('score'), nulls: 'omit' as const }],
    }; // prettier-ignore
    const records = async (): Promise<unknown[]> =>
      (await fixture.client.query('select part, name from there order by part')).rows;
    await sql(`delete from here where id > 6`);
    expect(await run(sharing)).toMatchObject({ outcome: 'succeeded', counts: { sent: 6 } });
    expect(await records()).toEqual([
      { part: 'p0', name: 'name 6' },
      { part: 'p1', name: 'name 5' },
    ]);
    await sql(`update here set name = 'newer ' || id where id in (2, 4)`);
    expect(await run(sharing)).toMatchObject({ outcome: 'succeeded', counts: { sent: 2 } });
    expect((await records())[0]).toEqual({ part: 'p0', name: 'newer 4' });
  });
});

describe('guards', () => {
  it('an empty result over a baseline that is not stops the run', async () => {
    await run();
    await sql('truncate here');
    expect(await run()).toMatchObject({ failure: { failure: { code: 'guard.empty_result' } } });
    expect(await tableOf('there')).toHaveLength(100);
    await run({ guards: { emptyResult: 'allow' } });
    await inStep();
  });

  it('removals of more than 10 rows and more than 10 % are withheld, fewer are not', async () => {
    await run();
    await sql('delete from here where id <= 10');
    expect(await run()).toMatchObject({ outcome: 'succeeded', counts: { removed: 10, sent: 10 } });
    await sql(`delete from here where id <= 21; update here set name = 'x' where id = 90`);
    expect(await run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { removed: 11, withheld: 11, changed: 1, sent: 1 },
    });
    expect(await run({ guards: { emptyResult: 'stop' } })).toMatchObject({
      counts: { removed: 11, sent: 11 },
    });
    await inStep();
  });
});

describe('two agents (4)', () => {
  it('can not both move the baseline: the head in the bucket fences one off', async () => {
    await run();
    await sql(`update here set name = 'new'`);
    const other = await openEngine({ source, destination, store });
    let theirs: SyncReport | undefined;
    const slow = {
      ...destination,
      open: async (...args: Parameters<DestinationConnection['open']>) => {
        theirs ??= await other.run({ ...plain(), syncId });
        return destination.open(...args);
      },
    };
    expect(await run({}, { destination: slow })).toMatchObject({
      outcome: 'cancelled',
      failure: { failure: { kind: 'CANCELLED', code: 'baseline.fenced' } },
      counts: { sent: 0 },
    });
    expect(theirs).toMatchObject({ outcome: 'succeeded', counts: { sent: 100 } });
    expect(await run()).toMatchObject({ counts: { unchanged: 100, sent: 0 } });
    await other.close();
    await inStep();
  });
});

describe('a crash between delivery and record (3)', () => {
  it.each(['head.json', 'manifest', '/values/', '/acks/'])('at %s converges in the next run', async (part) => {
    await run();
    await sql(`update here set name = 'new' where id < 20; delete from here where id between 30 and 35;
      insert into here select n, 'q' from generate_series(200, 210) n`);
    let isDelivered = false;
    const noticing = {
      ...destination,
      open: async (...args: Parameters<DestinationConnection['open']>) => {
        const target = batchTarget(await destination.open(...args));
        const deliver = target.deliver.bind(target);
        target.deliver = async (...batch) => {
          const outcomes = await deliver(...batch);
          isDelivered = true;
          return outcomes;
        };
        return target;
      },
    };
    const dies = (call: string): never | void => {
      if (isDelivered && call.includes(part)) throw new Error('The machine is gone.');
    };
    const crashing = new Proxy(store, {
      get: (target, name: keyof Store) => {
        const member = target[name];
        return typeof member !== 'function'
          ? member
          : (...args: unknown[]) => {
              dies(String(args[0]));
              return (member as (...all: unknown[]) => unknown).apply(target, args);
            };
      },
    });
    expect(await run({}, { destination: noticing, store: crashing })).toMatchObject({ outcome: 'failed' });
    await sql(`delete from here where id = 200; update here set name = 'newer' where id = 5`);
    expect(await run()).toMatchObject({ outcome: 'succeeded' });
    await inStep();
    expect(await run({ run: { ...options, verify: true } })).toMatchObject({ counts: { sent: 0 } });
  }); // prettier-ignore
});

describe('a query that breaks half way (5)', () => {
  it('never looks like fewer rows', async () => {
    await run();
    const model = {
      name: 'm',
      query: { sql: 'select *, case when id < 90 then 1 else 1 / (id - id) end as x from here' },
      primaryKey: ['id', 'part'],
    };
    const broken = await run({
      model,
      fields: [...fields.slice(1), { ...column('x'), field: 'name' }],
    });
    expect(broken).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'REJECTED', code: 'source.rejected', vendorCode: '22012' } },
      counts: { removed: 0, sent: 0 },
    });
    expect(await run()).toMatchObject({ counts: { unchanged: 100, sent: 0 } });
  });

  it('a missing part of the baseline is not an empty one', async () => {
    await run();
    const keys: string[] = [];
    for await (const { key: each } of store.list(
      `v1/ws=00000000-0000-4000-8000-000000000001/sync=${syncId}/baseline/`,
    ))
      if (each.includes('/fingerprint/')) keys.push(each);
    await store.remove(keys);
    const cold = await openEngine({ source, destination, store });
    expect(await cold.run(plain())).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'baseline.missing' } },
    });
    expect(await cold.run({ ...plain(), run: { ...options, rebaseline: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 0, skipped: 100 },
    });
    await cold.close();
  });
});

describe('the mapping', () => {
  it('writes columns, constants, metadata and templates to columns of their types', async () => {
    await sql(`drop table there; create table there (id bigint, part text, label text, vip boolean, level int,
      run uuid, at timestamptz, what text, name text not null, primary key (id, part))`);
    await sql(`update here set name = null where id = 2; delete from here where id > 2`);
    const runId = crypto.randomUUID();
    const send = 'send' as const;
    const report = await run({
      runId,
      fields: [
        { field: 'label', value: { kind: 'template', template: '{{ id }}: {{ score | round: 2 }}\t{{ name | default: "?" }}' }, nulls: send },
        { field: 'vip', value: { kind: 'constant', constant: { flag: true } }, nulls: send },
        { field: 'level', value: { kind: 'constant', constant: { number: '7' } }, nulls: send },
        { field: 'run', value: { kind: 'metadata', metadata: 'run_id' }, nulls: send },
        { field: 'at', value: { kind: 'metadata', metadata: 'run_started_at' }, nulls: send },
        { field: 'what', value: { kind: 'metadata', metadata: 'operation' }, nulls: send },
        { field: 'name', value: { kind: 'column', column: 'name' }, nulls: 'default', default: { text: "it's" } },
      ],
    }); // prettier-ignore
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { sent: 2 } });
    const { rows } = await fixture.client.query(
      'select label, vip, level, run, at::text, what, name from there order by id',
    );
    const same = { vip: true, level: 7, run: runId, at: '2026-01-02 03:04:05+00', what: 'added' };
    expect(rows).toEqual([
      { ...same, label: '1: 0.14\tname 1', name: 'name 1' },
      { ...same, label: '2: 0.29\t?', name: "it's" },
    ]);
  });

  it('stops when a column has another type than it had', async () => {
    await run();
    await sql('alter table here alter score type float8');
    expect(await run()).toMatchObject({ failure: { failure: { code: 'snapshot.type_drift' } } });
    await run({ run: { ...options, rebaseline: true } });
    expect(await run()).toMatchObject({ counts: { unchanged: 100, sent: 0 } });
  });

  it('sends every row in its new form under full, and removes what left', async () => {
    await run();
    await sql(`alter table here alter score type boolean using score > 7;
      alter table there drop score; alter table there add score boolean; delete from here where id > 90`);
    expect(await run()).toMatchObject({ failure: { failure: { code: 'snapshot.type_drift' } } });
    expect(await run({ run: { ...options, full: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 90, removed: 10, sent: 100 },
    });
    await inStep();
    expect(await run()).toMatchObject({ counts: { unchanged: 90, sent: 0 } });
  });
});

describe('the laws of the modes', () => {
  interface Row {
    id: number;
    part: string;
    name: string | null;
  }
  const row = fc.record({
    id: fc.integer({ min: 0, max: 12 }),
    part: fc.constantFrom('', 'a', '\\N', 'ż\t'),
    name: fc.option(
      fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('\0', '')),
    ),
  });
  const table = fc.uniqueArray(row, { selector: ({ id, part }) => `${id} ${part}`, maxLength: 30 });
  const modes = ['mirror', 'upsert', 'update', 'create', 'append'] as const;
  const keyOf = ({ id, part }: Row): string => JSON.stringify([id, part]);

  const fill = async (name: string, rows: readonly Row[]): Promise<void> => {
    await sql(`truncate ${name}`);
    if (rows.length > 0)
      await fixture.client.query(
        `insert into ${name} (id, part, name) select * from unnest($1::bigint[], $2::text[], $3::text[])`,
        [
          rows.map(({ id }) => id),
          rows.map(({ part }) => part),
          rows.map(({ name: text }) => text),
        ],
      );
  };
  const read = async (): Promise<Row[]> =>
    (await fixture.client.query<Row>('select id::int, part, name from there')).rows;
  const sorted = (rows: readonly Row[]): Row[] =>
    rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

  /** What a mode promises, said without an engine. */
  const promised = (
    mode: (typeof modes)[number],
    there: Row[],
    before: Row[],
    now: Row[],
  ): Row[] => {
    const records = new Map(there.map((each) => [keyOf(each), each]));
    const had = new Map(before.map((each) => [keyOf(each), each]));
    for (const each of now) {
      const isNew = !had.has(keyOf(each));
      const isOther = isNew || had.get(keyOf(each))?.name !== each.name;
      const exists = records.has(keyOf(each));
      const isSent = {
        mirror: isOther,
        upsert: isOther,
        update: isOther && exists,
        create: isNew && !exists,
        append: isNew,
      }[mode];
      if (isSent) records.set(keyOf(each), each);
    }
    const stays = new Set(now.map(keyOf));
    if (mode === 'mirror')
      for (const each of before) if (!stays.has(keyOf(each))) records.delete(keyOf(each));
    return [...records.values()];
  };

  it.each(modes)(
    '%s: the destination holds what is promised, and equal tables give an empty plan',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(table, table, table, async (theirs, first, second) => {
          syncId = crypto.randomUUID();
          const there = mode === 'append' ? [] : theirs;
          await fill('there', there);
          const request = {
            mode,
            fields: [column('name')],
            guards: { emptyResult: 'allow' as const },
            onRemoved: mode === 'mirror' ? { action: 'delete' as const, set: [] } : nothing,
          };
          let expected: Row[] = there;
          let before: Row[] = [];
          for (const now of mode === 'append' ? [first] : [first, second]) {
            await fill('here', now);
            expect((await run(request)).outcome).toBe('succeeded');
            expected = promised(mode, expected, before, now);
            expect(sorted(await read())).toEqual(sorted(expected));
            expect((await run(request)).counts).toMatchObject({
              queried: now.length,
              unchanged: now.length,
              sent: 0,
              skipped: 0,
            });
            before = now;
          }
        }),
        { numRuns: 4 },
      );
    },
    120_000,
  );
});

/** Every run leaves its report; an unchanged one leaves nothing else. */
const isNoReport = (name: string): boolean => !name.includes('/log/runs/');
