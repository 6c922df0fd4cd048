import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

let table: TextRow[];
let moods: Moods;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({
    id: String(n),
    name: `person ${n}`,
    team: n % 3 === 0 ? null : `t\t${n}`,
  }));

beforeEach(async () => {
  table = people(20);
  moods = {};
  destination = memoryDestination(moods);
  store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});

afterEach(() => engine.close());

const inStep = (): void => {
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));
};
const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);

describe('a mirror', () => {
  it('sends everything once, then only what changed (invariants 1, 2, 8)', async () => {
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: 20, added: 20, sent: 20 },
      baseline: { generation: 1n, rows: 20 },
    });
    inStep();

    const written = store.objects.size;
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20, sent: 0 },
    });
    expect(store.objects.size).toBe(written + 1);

    table[3] = { ...table[3], name: 'renamed "x"\n\\N' };
    table[5]!.team = null;
    table.splice(7, 2);
    table.push({ id: '100', name: '', team: 'new' });
    expect(await engine.run()).toMatchObject({
      counts: { queried: 19, unchanged: 16, changed: 2, added: 1, removed: 2, sent: 5 },
      baseline: { generation: 2n, rows: 19 },
    });
    inStep();
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 19, sent: 0 } });
  });

  it('keeps a row pending until it is taken, and then sends its latest value (invariant 2)', async () => {
    moods.refuses = ({ id }) => id === '4';
    expect(await engine.run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 19, rejected: 1 },
      errors: [{ failure: { code: 'destination.rejected', vendorCode: '23514' }, count: 1 }],
    });
    table[4]!.name = 'latest';
    delete moods.refuses;
    expect(await engine.run()).toMatchObject({ counts: { added: 1, unchanged: 19, sent: 1 } });
    inStep();
  });

  it('finds the bad row of a batch that is refused as a whole', async () => {
    moods.refuses = ({ id }) => id === '9' || id === '10';
    moods.refusesBy = 'batch';
    expect(await engine.run()).toMatchObject({ counts: { sent: 18, rejected: 2 } });
    table = table.filter(({ id }) => id !== '9' && id !== '10');
    inStep();
  });

  it('never calls a row removed that it did not send (invariant 9)', async () => {
    moods.refuses = ({ id }) => id === '2';
    await engine.run();
    table = table.filter(({ id }) => id !== '2');
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { removed: 0, unchanged: 19 },
    });
  });

  it('calls rows with a repeated or empty key invalid, and removes none of them', async () => {
    await engine.run();
    table.push({ ...table[1], name: 'twin' }, { id: null, name: 'x', team: 'y' });
    expect(await engine.run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { queried: 22, unchanged: 19, invalid: 3, removed: 0, sent: 0 },
    });
    expect(destination.records.size).toBe(20);
  });
});

describe('a guard', () => {
  it('withholds removals that are too many and sends the rest', async () => {
    table = people(100);
    await engine.run();
    table = [...people(60), { id: '200', name: 'n', team: null }];
    const guards = {
      removed: { rows: 10, percent: 10, action: 'withhold' as const },
      emptyResult: 'stop' as const,
    };
    expect(await engine.run({ guards })).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { removed: 40, withheld: 40, added: 1, sent: 1 },
    });
    expect(destination.records.size).toBe(101);
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { removed: 40, sent: 40 },
    });
    inStep();
  });

  it('stops at an empty result over a baseline that is not', async () => {
    await engine.run();
    table = [];
    const report = await engine.run({ guards: { emptyResult: 'stop' } });
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'guard.empty_result' } },
      counts: { sent: 0 },
    });
    expect(destination.records.size).toBe(20);
  });
});

describe('a guard of what is never sent', () => {
  const guards = {
    removed: { rows: 10, percent: 10, action: 'withhold' as const },
    emptyResult: 'allow' as const,
  };
  const request = (mode: 'append' | 'upsert' | 'create' | 'update') => ({
    mode,
    guards,
    onRemoved: { action: 'nothing' as const, set: [] },
  });
  const window = (from: number): TextRow[] =>
    Array.from({ length: 20 }, (_, n) => ({ id: String(from + n), name: 'event', team: null }));

  it.each(['append', 'upsert', 'create', 'update'] as const)(
    'holds no row back that leaves a sliding window: %s (invariant 8)',
    async (mode) => {
      table = window(0);
      await engine.run(request(mode));
      for (const from of [15, 30, 45]) {
        table = window(from);
        expect(await engine.run(request(mode))).toMatchObject({
          outcome: 'succeeded',
          counts: { added: 15, removed: 15, withheld: 0 },
          baseline: { rows: 20 },
        });
      }
    },
  );

  it('forgets nothing over an empty result, which may be a mistake', async () => {
    await engine.run(request('append'));
    table = [];
    const written = store.objects.size;
    expect(await engine.run(request('append'))).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: 0, removed: 0, skipped: 0 },
      baseline: { rows: 20 },
    });
    expect(store.objects.size).toBe(written + 1);
    table = people(21);
    expect(await engine.run(request('append'))).toMatchObject({ counts: { added: 1, sent: 1 } });
  });

  it('lets a baseline be made anew, whatever its size', async () => {
    const added = { rows: 5, percent: 0, action: 'stop' as const };
    const run = { dryRun: false, full: false, rebaseline: true, verify: false };
    expect(await engine.run({ guards: { ...guards, added }, run })).toMatchObject({
      outcome: 'succeeded',
      counts: { skipped: 20, sent: 0 },
    });
  });
});

describe('modes', () => {
  it('update skips rows without a record', async () => {
    destination.records.set('["1"]', { id: '1' });
    expect(
      await engine.run({ mode: 'update', onRemoved: { action: 'nothing', set: [] } }),
    ).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 20, sent: 1, skipped: 19 },
    });
  });

  it('create leaves existing records and later changes alone', async () => {
    destination.records.set('["1"]', { id: '1', name: 'theirs' });
    const request = { mode: 'create' as const, onRemoved: { action: 'nothing' as const, set: [] } };
    expect(await engine.run(request)).toMatchObject({ counts: { sent: 19, skipped: 1 } });
    table[2]!.name = 'changed';
    expect(await engine.run(request)).toMatchObject({
      counts: { changed: 1, sent: 0, skipped: 1 },
    });
    expect(await engine.run(request)).toMatchObject({ counts: { unchanged: 20 } });
    expect(destination.records.get('["1"]')).toEqual({ id: '1', name: 'theirs' });
  });

  it('append sends each new row once', async () => {
    const request = {
      mode: 'append' as const,
      key: [],
      onRemoved: { action: 'nothing' as const, set: [] },
      fields: [column('id'), column('name')],
    };
    await engine.run(request);
    table.push({ id: '77', name: 'late', team: null });
    expect(await engine.run(request)).toMatchObject({ counts: { added: 1, sent: 1 } });
    expect(destination.appended.map(({ id }) => id)).toEqual(table.map(({ id }) => id));
  });

  it('records without sending when the first run only makes the baseline', async () => {
    expect(await engine.run({ firstRun: 'baseline' })).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 20, skipped: 20, sent: 0 },
    });
    table.push({ id: '77', name: 'late', team: null });
    expect(await engine.run({ firstRun: 'baseline' })).toMatchObject({
      counts: { added: 1, sent: 1, unchanged: 20 },
    });
  });
});

describe('run options', () => {
  const run = { dryRun: false, full: false, rebaseline: false, verify: false };

  it('a dry run plans, sends nothing and records nothing (invariant 6)', async () => {
    expect(await engine.run({ run: { ...run, dryRun: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 20, pending: 20, sent: 0 },
    });
    expect(destination.batches).toEqual([]);
    expect(store.objects.size).toBe(0);
  });

  it('full sends every current row again, and still finds removals', async () => {
    await engine.run();
    table.pop();
    expect(await engine.run({ run: { ...run, full: true } })).toMatchObject({
      counts: { changed: 19, removed: 1, sent: 20 },
    });
    inStep();
  });

  it('verify compares every value and sends nothing that is equal', async () => {
    await engine.run();
    table[1]!.name = 'x';
    expect(await engine.run({ run: { ...run, verify: true } })).toMatchObject({
      counts: { changed: 1, unchanged: 19, sent: 1 },
    });
  });

  it('a missing baseline stops the run; rebaseline is a way out (invariant 5)', async () => {
    await engine.run();
    for (const key of store.objects.keys()) if (key.includes('manifest')) store.objects.delete(key);
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'baseline.missing' } },
    });
    expect(await engine.run({ run: { ...run, rebaseline: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { skipped: 20, sent: 0 },
    });
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 20 } });
  });
});

describe('the mapping', () => {
  it('leaves out every copy of a key that others than new rows have, too', async () => {
    await engine.run();
    table[7] = { ...table[8]! };
    table[9]!['name'] = 'renamed';
    expect(await engine.run({ run: { ...nothingSpecial, full: true } })).toMatchObject({
      counts: { queried: 20, invalid: 2, changed: 18, removed: 1, sent: 19 },
    });
  });

  it('renders what is deep in a JSON column with every digit', async () => {
    table = [{ id: '1', name: '{"n":[12345678901234567890],"ok":true}' }];
    const template = '{{ name.n[0] }} {{ name.ok }}';
    const field = {
      field: 'n',
      value: { kind: 'template' as const, template },
      nulls: 'send' as const,
    };
    const json = { type: 'json' as const, vendorType: 'jsonb' };
    const typed = { type: 'text' as const, vendorType: 'text' };
    const source = memorySource(
      () => table,
      (name) => (name === 'name' ? json : typed),
    );
    await engine.run({ fields: [field] }, { source });
    expect(destination.records.get('["1"]')?.['n']).toBe('12345678901234567890 true');
  });

  it('renders constants, metadata, templates and defaults', async () => {
    await engine.run({
      fields: [
        {
          field: 'origin',
          value: { kind: 'constant', constant: { text: "it's\ta" } },
          nulls: 'send',
        },
        { field: 'at', value: { kind: 'metadata', metadata: 'run_started_at' }, nulls: 'send' },
        { field: 'what', value: { kind: 'metadata', metadata: 'operation' }, nulls: 'send' },
        {
          field: 'loud',
          value: { kind: 'template', template: '{{ name | upcase }}\t!' },
          nulls: 'send',
        },
        {
          field: 'team',
          value: { kind: 'column', column: 'team' },
          nulls: 'default',
          default: { text: 'none' },
        },
      ],
    });
    expect(destination.records.get('["3"]')).toEqual({
      id: '3',
      origin: "it's\ta",
      at: '2026-01-02 03:04:05.000+00',
      what: 'added',
      loud: 'PERSON 3\t!',
      team: 'none',
    });
  });

  it('leaves rows out whose column is NULL, and refuses rows whose key is', async () => {
    const byName = {
      mode: 'upsert' as const,
      onRemoved: { action: 'nothing' as const, set: [] },
      key: [{ field: 'name', column: 'name' }],
      fields: [{ ...column('team'), nulls: 'skip-row' as const }],
    };
    const report = await engine.run(byName);
    expect(report.counts).toMatchObject({ added: 20, skipped: 7, sent: 13 });
    table[1]!.name = null;
    const later = await engine.run({ ...byName, fields: [column('team')] });
    expect(later.counts).toMatchObject({ rejected: 1 });
  });
});

describe('rows that are never sent', () => {
  const byName = {
    mode: 'upsert' as const,
    onRemoved: { action: 'nothing' as const, set: [] },
    key: [{ field: 'name', column: 'name' }],
  };

  it('write nothing again in a run that has nothing else', async () => {
    const skipping = { ...byName, fields: [{ ...column('team'), nulls: 'skip-row' as const }] };
    table[1]!.name = null;
    await engine.run(skipping);
    const written = [...store.objects.keys()];
    expect(await engine.run(skipping)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { added: 8, rejected: 1, skipped: 7, sent: 0, pending: 0 },
      errors: [{ failure: { code: 'record.key_null' }, count: 1 }],
      baseline: { generation: 1n },
    });
    const others = [...store.objects.keys()].filter((key) => !written.includes(key));
    expect(others.toSorted()).toEqual([
      expect.stringContaining('/log/runs/'),
      expect.stringContaining('/errors/'),
    ]);
  });

  it('are named by a dry run too', async () => {
    table[1]!.name = null;
    const run = { dryRun: true, full: false, rebaseline: false, verify: false };
    expect(await engine.run({ ...byName, fields: [column('team')], run })).toMatchObject({
      counts: { added: 20, rejected: 1, pending: 19 },
      errors: [{ failure: { code: 'record.key_null' }, count: 1 }],
    });
  });
});

describe('failures', () => {
  it('tries again after weather, and gives up with what was taken recorded', async () => {
    let storms = 2;
    moods.before = () => {
      if (storms-- > 0)
        throw new Failure('TRANSIENT', 'destination.unreachable', 'Try later.', {
          retryAfterMs: 5,
        });
    };
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });

    table.push(...people(60).slice(30));
    let batches = 0;
    moods.before = () => {
      if (++batches > 2) throw new Failure('CONFIG', 'destination.auth_failed', 'Sign in again.');
    };
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      counts: { added: 30, sent: 14, pending: 16 },
      failure: { failure: { code: 'destination.auth_failed' } },
      baseline: { rows: 34 },
    });
    delete moods.before;
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 16, sent: 16 },
    });
    inStep();
  });

  it('a query that fails half way never looks like fewer rows (invariant 5)', async () => {
    await engine.run();
    const half = memorySource(() => table);
    const broken = {
      ...half,
      query: async (...args: Parameters<typeof half.query>) => {
        const stream = await half.query(...args);
        return {
          ...stream,
          chunks: (async function* () {
            yield Buffer.from('1\tperson 1\tt\\t1\n');
            throw new Failure('TRANSIENT', 'source.cut', 'The source went away.');
          })(),
        };
      },
    };
    expect(await engine.run({}, { source: broken })).toMatchObject({
      outcome: 'failed',
      counts: { sent: 0, removed: 0 },
    });
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 20 } });
  });

  it('stops without a trace when the lease is gone, and the baseline belongs to the other (invariant 4)', async () => {
    const other = await openEngine({ source: memorySource(() => table), destination, store });
    moods.after = () => {
      delete moods.after;
      return undefined;
    };
    let interrupted = false;
    const report = await engine.run(
      {},
      {
        lease: {
          epoch: 1n,
          assertTrusted: () => {
            if (destination.batches.length === 2) {
              interrupted = true;
              throw new Failure('CANCELLED', 'lease.lost', 'Somebody else has the job.');
            }
          },
        },
      },
    );
    expect(interrupted).toBe(true);
    expect(report.outcome).toBe('cancelled');
    expect(await other.run()).toMatchObject({ outcome: 'succeeded' });
    inStep();
    await other.close();
  });
});

const nothingSpecial = { dryRun: false, full: false, rebaseline: false, verify: false };
