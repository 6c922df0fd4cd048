import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { readKey, rowHistory } from './history.js';
import { queryLogs } from './query.js';
import type { From, Question } from './query.js';

const awkward = 'a\tb\\tc\\\\n\nd "q", ü\u0001';

let table: TextRow[];
let moods: Moods;
let store: MemoryStore;
let engine: Engine;
let directory: string;
let told: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-query-'));
  table = ['1', '2', '3'].map((id) => ({ id, name: `name ${id}`, team: 'red' }));
  moods = {};
  told = [];
  store = new MemoryStore();
  const destination = memoryDestination(moods);
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

async function printed(act: (from: From) => Promise<void>): Promise<string> {
  let text = '';
  await act({
    store,
    config: { workDir: directory, memoryMiB: 512 },
    tell: (line) => void told.push(line),
    write: async (piece) => void (text += piece),
  });
  return text;
}

const ask = (sql: string, question: Partial<Question> = {}): Promise<string> =>
  printed((from) => queryLogs(sql, { format: 'json', ...question }, from));
const rowsOf = async (sql: string, question: Partial<Question> = {}): Promise<unknown[]> =>
  JSON.parse(await ask(sql, question)) as unknown[];
const history = (key: string, format: Question['format'] = 'table'): Promise<string> =>
  printed((from) => rowHistory(readKey(key), { format, sync: 'people' }, from));

/** Sends three rows, then a change, a removal, and a new row that is refused. */
async function twoRuns(): Promise<void> {
  await engine.run();
  table = [
    { id: '1', name: awkward, team: 'red' },
    { id: '2', name: 'name 2', team: 'red' },
    { id: '4', name: null, team: 'blue' },
  ];
  moods.refuses = ({ id }) => id === '4';
  await engine.run();
}

describe('a question over the logs', { timeout: 30_000 }, () => {
  it('finds key, old and new values of each row, just as they were', async () => {
    await twoRuns();
    expect(
      await rowsOf(
        'select change, operation, outcome, key.id, old.name as was, new.name as is from changelog where epoch = 2 order by all',
      ),
    ).toEqual([
      { change: 'added', operation: 'upsert', outcome: 'rejected', id: '4', was: null, is: null },
      {
        change: 'changed',
        operation: 'upsert',
        outcome: 'sent',
        id: '1',
        was: 'name 1',
        is: awkward,
      },
      { change: 'removed', operation: 'delete', outcome: 'sent', id: '3', was: 'name 3', is: null },
    ]);
  });

  it('finds the state that was acknowledged last, whatever segments it lies in', async () => {
    await twoRuns();
    expect(
      await rowsOf('select sync_name, state, key.id, "value".name from latest order by key.id'),
    ).toEqual([
      { sync_name: 'people', state: 'sent', id: '1', name: awkward },
      { sync_name: 'people', state: 'sent', id: '2', name: 'name 2' },
    ]);
  });

  it('joins rows with the runs that sent them', async () => {
    await twoRuns();
    expect(
      await rowsOf(
        'select r.outcome, count(*) as rows from changelog as c join runs as r using (run, epoch) group by all order by all',
      ),
    ).toEqual([
      { outcome: 'completed_with_errors', rows: 3 },
      { outcome: 'succeeded', rows: 3 },
    ]);
  });

  it('reads syncs of other columns together, or one of them by name or id', async () => {
    await engine.run();
    const other = { syncId: '00000000-0000-4000-8000-000000000009', syncName: 'teams' };
    await engine.run({ ...other, fields: [] });
    expect(
      await rowsOf(
        'select sync_name, count(new.name) as names from changelog group by all order by 1',
      ),
    ).toEqual([
      { sync_name: 'people', names: 3 },
      { sync_name: 'teams', names: 0 },
    ]);
    for (const sync of ['teams', other.syncId])
      expect(await rowsOf('select distinct sync_name from changelog', { sync })).toEqual([
        { sync_name: 'teams' },
      ]);
    await expect(ask('select 1 from runs', { sync: 'nobody' })).rejects.toMatchObject({
      code: 'log.no_sync',
      message: expect.stringContaining('people, teams'),
    });
  });

  it('fetches what it needs once, and of the runs that are asked for', async () => {
    const runId = crypto.randomUUID();
    await engine.run();
    table = table.slice(1);
    await engine.run({ runId });
    const fetched: string[] = [];
    store = Object.assign(
      new MemoryStore((call, key) => void (call === 'download' && fetched.push(key))),
      { objects: store.objects },
    );
    expect(await rowsOf('select key.id from changelog', { run: runId })).toEqual([{ id: '1' }]);
    expect(fetched).toEqual([expect.stringContaining(`run=${runId}/`)]);
    await ask('select * from changelog', { run: runId });
    expect(fetched).toHaveLength(1);
    expect(await rowsOf('select * from changelog', { since: new Date('2026-01-03') })).toEqual([]);
    expect(
      await rowsOf('select * from runs', { since: new Date('2026-01-02T03:04:05Z') }),
    ).toHaveLength(2);
  });

  it('says of an expired part that its rows are missing', async () => {
    await twoRuns();
    for (const key of store.objects.keys())
      if (key.includes('outcome=rejected')) store.objects.delete(key);
    expect(await rowsOf("select * from changelog where outcome = 'rejected'")).toEqual([]);
    expect(told).toContainEqual(expect.stringContaining('1 files of the changelog have expired'));
  });

  it('knows keys alone of a sync that keeps no values', async () => {
    const hashed = { snapshots: 'hashed' as const };
    const tools = { hashKey: async () => 'k'.repeat(32) };
    await engine.run(hashed, tools);
    table = [{ id: '1', name: 'other', team: 'red' }];
    await engine.run(hashed, tools);
    expect(
      await rowsOf('select change, outcome, new, old from changelog where epoch = 2 order by all'),
    ).toEqual([
      { change: 'changed', outcome: 'sent', new: { id: '1' }, old: { id: '1' } },
      { change: 'removed', outcome: 'sent', new: null, old: { id: '2' } },
      { change: 'removed', outcome: 'sent', new: null, old: { id: '3' } },
    ]);
    expect(await rowsOf('select state, "value" from latest')).toEqual([
      { state: 'sent', value: { id: '1' } },
    ]);
  });

  it('is answered before anything has run', async () => {
    for (const name of ['changelog', 'latest', 'runs'])
      expect(await rowsOf(`select * from ${name}`)).toEqual([]);
  });

  it.each([
    ['drop view runs', 'log.not_select'],
    ['select 1; select 2', 'log.not_select'],
    ["copy (select * from changelog) to '/tmp/stolen.csv'", 'log.bad_query'],
    ['select * from nothing', 'log.bad_query'],
    ['selec', 'log.bad_query'],
    ["select * from read_text('/etc/hostname')", 'log.bad_query'],
    ['select 1) ; drop view runs; select (1', 'log.bad_query'],
  ])('reads the logs and nothing else: %s', async (sql, code) => {
    await engine.run();
    await expect(ask(sql)).rejects.toMatchObject({ kind: 'CONFIG', code });
  });

  it('leaves nothing behind but what it may need again', async () => {
    await twoRuns();
    await ask('select * from changelog; ');
    expect(await readdir(directory)).toEqual(['log-cache']);
  });
});

describe('an answer', () => {
  const sql =
    "select 1 as n, 'a, \"b\"' as t, null as nothing, '' as empty, 'x\ny' as two -- why not";

  it('is an aligned table in which every row has one line', async () => {
    expect(await ask(sql, { format: 'table' })).toBe(
      'n  t       nothing  empty  two\n-  ------  -------  -----  --------\n1  a, "b"                  x\\u000ay\n',
    );
  });

  it('is CSV that tells NULL from an empty text', async () => {
    expect(await ask(sql, { format: 'csv' })).toBe(
      'n,t,nothing,empty,two\r\n1,"a, ""b""",,"","x\ny"\r\n',
    );
  });

  it('is one JSON array', async () => {
    expect(JSON.parse(await ask(sql))).toEqual([
      { n: 1, t: 'a, "b"', nothing: null, empty: '', two: 'x\ny' },
    ]);
    expect(await ask('select 1 where false')).toBe('[]\n');
    expect(await rowsOf('select * from range(5000)')).toHaveLength(5000);
  });

  it('says when a table would be too long', async () => {
    expect((await ask('select * from range(10001)', { format: 'table' })).split('\n')).toHaveLength(
      10_003,
    );
    expect(told).toContainEqual(expect.stringContaining('the first 10000 rows'));
  });
});

describe('the history of a row', () => {
  it('tells what differed, run by run', async () => {
    await twoRuns();
    const lines = (await history('{"id": 1}')).split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[2]).toMatch(
      /added +upsert +sent +id: NULL → 1, name: NULL → name 1, team: NULL → red$/,
    );
    expect(lines[3]).toMatch(/changed +upsert +sent +name: name 1 → a\\u0009b/);
    expect(JSON.parse(await history('{"id": "3"}', 'json'))).toMatchObject([
      { change: 'added', old: null, new: { id: '3', name: 'name 3', team: 'red' } },
      { change: 'removed', old: { id: '3', name: 'name 3', team: 'red' }, new: null },
    ]);
    expect(JSON.parse(await history('{"id": "77"}', 'json'))).toEqual([]);
  });

  it.each(['42', '{}', '{"id": null}', '["1"]', 'id=1'])(
    'refuses a key that is none: %s',
    (key) => {
      expect(() => readKey(key)).toThrow(expect.objectContaining({ code: 'log.bad_key' }));
    },
  );

  it('refuses a column that the sync does not have', async () => {
    await engine.run();
    await expect(history('{"ident": "1"}')).rejects.toMatchObject({ code: 'log.no_column' });
  });
});
