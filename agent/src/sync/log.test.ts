import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuck, quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { RunLog } from './log.js';

let table: TextRow[];
let moods: Moods;
let onStore: (call: string, key: string) => void;
let store: MemoryStore;
let engine: Engine;
let directory: string;

const person = (id: number, team = 't'): TextRow => ({ id: String(id), name: `name ${id}`, team });
const people = (count: number): TextRow[] => Array.from({ length: count }, (_, n) => person(n));
const nothing = { action: 'nothing' as const, set: [] };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-log-'));
  table = people(20);
  moods = {};
  onStore = () => undefined;
  store = new MemoryStore((call, key) => onStore(call, key));
  engine = await openEngine({
    source: memorySource(() => table),
    destination: memoryDestination(moods),
    store,
  });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

function logs(): RunLog[] {
  return [...store.objects]
    .filter(([key]) => /\/log\/changelog\/.*_log-\d+\.json$/.test(key))
    .map(([, { body }]) => JSON.parse(Buffer.from(body).toString()) as RunLog);
}

/** The rows of the whole changelog as any reader of Parquet sees them, with what the names of the folders say. */
async function changelog(columns = '"c:id"'): Promise<unknown[][]> {
  const duck = await openDuck({ directory, memoryMiB: 200 });
  try {
    const rows: unknown[][] = [];
    for (const [key, { body }] of store.objects) {
      const [, change, operation, outcome] =
        /\/changelog\/.*change=(\w+)\/operation=(\w+)\/outcome=(\w+)\/part-/.exec(key) ?? [];
      if (change === undefined) continue;
      const file = join(directory, 'part.parquet');
      await writeFile(file, body);
      const found = await duck.rows(
        `select ${columns} from read_parquet(${quoteText(file)}) order by ord`,
      );
      rows.push(...found.map((values) => [change, operation, outcome, ...values]));
    }
    return rows;
  } finally {
    duck.close();
  }
}

const idsOf = (rows: unknown[][], outcome: string): unknown[] =>
  rows.filter((row) => row[2] === outcome).map((row) => row[3]);

describe('the log of a run', () => {
  it('copies a part whose rows all ended alike, and uploads nothing', async () => {
    const calls: string[] = [];
    onStore = (call, key) => {
      if (key.includes('/log/changelog/') && key.endsWith('.parquet')) calls.push(call);
    };
    await engine.run();
    expect(calls).toEqual(['copy']);
    expect(await changelog()).toEqual(people(20).map(({ id }) => ['added', 'upsert', 'sent', id]));
  });

  it('says of each row how it ended, with old values and new ones', async () => {
    await engine.run();
    table = [...people(20).slice(2), person(90), person(91)].map((row) =>
      row.id === '5' || row.id === '7' ? { ...row, team: 'u' } : row,
    );
    moods.refuses = ({ id }) => id === '7' || id === '91';
    const { counts } = await engine.run();
    expect(counts).toMatchObject({ added: 2, changed: 2, removed: 2, sent: 4, rejected: 2 });
    const rows = (await changelog()).slice(20);
    expect(rows.toSorted()).toEqual(
      [
        ['removed', 'delete', 'sent', '0'],
        ['removed', 'delete', 'sent', '1'],
        ['changed', 'upsert', 'sent', '5'],
        ['changed', 'upsert', 'rejected', '7'],
        ['added', 'upsert', 'sent', '90'],
        ['added', 'upsert', 'rejected', '91'],
      ].toSorted(),
    );
  });

  it('has as many rows of each outcome as the report counts (invariant 8)', async () => {
    moods.refuses = ({ id }) => Number(id) % 3 === 0;
    const { counts } = await engine.run();
    const rows = await changelog();
    expect(idsOf(rows, 'sent')).toHaveLength(counts.sent);
    expect(idsOf(rows, 'rejected')).toHaveLength(counts.rejected);
    expect(rows).toHaveLength(20);
  });

  it('tells of rows that were withheld or left out', async () => {
    await engine.run();
    table = [person(90), { ...person(91), team: null }];
    const skipping = { ...column('team'), nulls: 'skip-row' as const };
    const withhold = { rows: 1, percent: 1, action: 'withhold' as const };
    await engine.run({
      fields: [column('name'), skipping],
      guards: { removed: withhold, emptyResult: 'stop' },
    });
    const rows = (await changelog()).slice(20);
    expect(idsOf(rows, 'withheld')).toHaveLength(20);
    expect(idsOf(rows, 'skipped')).toEqual(['91']);
    expect(idsOf(rows, 'sent')).toEqual(['90']);
  });

  it('tells rows that a lookup leaves out from those that it rejects (invariant 8)', async () => {
    const destination = memoryDestination();
    destination.related.set('team', [{ name: 't1' }, { name: 'twice' }, { name: 'twice' }]);
    table = ['t1', 'twice', 'nowhere'].map((team, n) => ({ id: String(n), name: 'n', team }));
    const match = [{ field: 'name', column: 'team' }];
    const rules = { onMiss: 'skip' as const, onMany: 'reject' as const };
    const lookup = { object: 'team', match, returns: 'name', ...rules };
    const looking = {
      field: 'team',
      value: { kind: 'lookup' as const, lookup },
      nulls: 'send' as const,
    };
    const report = await engine.run({ fields: [column('name'), looking] }, { destination });
    expect(report.counts).toMatchObject({ sent: 1, skipped: 1, rejected: 1 });
    const rows = await changelog();
    expect(['sent', 'rejected', 'skipped'].map((outcome) => idsOf(rows, outcome))).toEqual([
      ['0'],
      ['1'],
      ['2'],
    ]);
  });

  it('calls rows skipped that were only recorded', async () => {
    await engine.run({ firstRun: 'baseline' });
    expect((await changelog()).map((row) => row.slice(0, 3))).toEqual(
      people(20).map(() => ['added', 'none', 'skipped']),
    );
  });

  it('is not written when nothing was done', async () => {
    await engine.run();
    const before = logs().length;
    await engine.run();
    await engine.run({ run: { dryRun: true, full: false, rebaseline: false, verify: false } });
    expect(logs()).toHaveLength(before);
  });

  it('calls appended rows uncertain whose answer was lost', async () => {
    let cuts = 1;
    moods.after = () => {
      if (cuts-- > 0) throw new Failure('TRANSIENT', 'destination.no_answer', 'The line broke.');
    };
    const fields = [column('id'), column('name')];
    await engine.run({ mode: 'append', key: [], onRemoved: nothing, fields });
    const rows = await changelog();
    expect(idsOf(rows, 'uncertain')).toEqual(people(7).map(({ id }) => id));
    expect(idsOf(rows, 'sent')).toHaveLength(13);
  });

  it('must not keep what was acknowledged from being recorded', async () => {
    onStore = (_, key) => {
      if (key.includes('/log/changelog/')) throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    const report = await engine.run();
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.denied' } },
      baseline: { rows: 20 },
    });
  });

  it('is written by the next run when it could not be (invariant 2)', async () => {
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    onStore = (_, key) => {
      if (key.includes('/log/changelog/')) throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    moods.refuses = ({ id }) => id === '7';
    await engine.run({ runId: first });
    table = [...table, person(90)];
    expect(await engine.run({ runId: second })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.denied' } },
      counts: { added: 2, sent: 1, rejected: 1 },
      baseline: { rows: 20 },
    });
    expect(logs()).toEqual([]);
    onStore = () => undefined;
    table = table.filter(({ id }) => id !== '7');
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 0 } });
    expect(logs().map(({ runId }) => runId)).toEqual([first, second]);
    const rows = await changelog();
    expect(idsOf(rows, 'sent').toSorted()).toEqual(table.map(({ id }) => id).toSorted());
    expect(idsOf(rows, 'rejected')).toEqual(['7', '7']);
    // Once is enough, and an unchanged run writes nothing but its report again.
    const before = [...store.objects.keys()];
    await engine.run();
    expect([...store.objects.keys()].filter((key) => !before.includes(key))).toEqual([
      expect.stringContaining('/log/runs/'),
    ]);
  });

  it('is given up, and said to be, when the plan is gone by then', async () => {
    onStore = (_, key) => {
      if (key.includes('/log/changelog/')) throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    await engine.run();
    onStore = () => undefined;
    for (const key of store.objects.keys()) if (key.includes('/acks/')) store.objects.delete(key);
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'log.lost' } },
      baseline: { rows: 20 },
    });
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
  });

  it('keeps rows that are only recorded from being recorded, which costs nothing', async () => {
    onStore = (_, key) => {
      if (key.includes('/log/changelog/')) throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    const rebaseline = { run: { dryRun: false, full: false, rebaseline: true, verify: false } };
    const failed = await engine.run(rebaseline);
    expect(failed).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.denied' } },
    });
    expect(failed.baseline).toBeUndefined();
    onStore = () => undefined;
    expect(await engine.run(rebaseline)).toMatchObject({ outcome: 'succeeded' });
    expect(idsOf(await changelog(), 'skipped')).toHaveLength(20);
  });

  it('uploads what the store can not copy', async () => {
    onStore = (call) => {
      if (call === 'copy') throw new Failure('INTERNAL', 'store.no_copy', 'No.');
    };
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
    expect(await changelog()).toHaveLength(20);
  });
});

async function reports(columns: string): Promise<unknown[][]> {
  const duck = await openDuck({ directory, memoryMiB: 200 });
  try {
    const files: string[] = [];
    for (const [key, { body }] of store.objects) {
      if (!key.includes('/log/runs/')) continue;
      files.push(quoteText(join(directory, `${files.length}.parquet`)));
      await writeFile(join(directory, `${files.length - 1}.parquet`), body);
    }
    return await duck.rows(
      `select ${columns} from read_parquet([${files.join(', ')}], union_by_name = true) order by epoch`,
    );
  } finally {
    duck.close();
  }
}

describe('the report of a run', () => {
  it('is a row with what it was, how it ended and why', async () => {
    moods.refuses = ({ id }) => id === '3';
    await engine.run();
    onStore = (call, key) => {
      if (call === 'put' && key.includes('/baseline/'))
        throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    table = people(21);
    await engine.run({ syncName: "people's" });
    expect(
      await reports(
        'sync_name, outcome, failure_code, added, sent, rejected, errors[1].code, errors[1]."count", generation',
      ),
    ).toEqual([
      ['people', 'completed_with_errors', null, 20n, 19n, 1n, 'destination.rejected', 1n, 1n],
      ["people's", 'failed', 'store.denied', 2n, 1n, 1n, 'destination.rejected', 1n, 1n],
    ]);
  });

  it('is all that an unchanged run writes', async () => {
    await engine.run();
    const written: string[] = [];
    onStore = (call, key) => void (call === 'put' && written.push(key));
    await engine.run();
    expect(written).toEqual([
      expect.stringMatching(/\/log\/runs\/20260102T030405Z-.+-2\.parquet$/),
    ]);
    expect(store.objects.get(written[0] ?? '')?.body.length).toBeLessThan(8 << 10);
  });

  it('is not kept by a run that has lost its lease, and none is of a dry run', async () => {
    const lost = (): never => {
      throw new Failure('CANCELLED', 'lease.lost', 'Lost.');
    };
    await engine.run({}, { lease: { epoch: 1n, assertTrusted: lost } });
    await engine.run({ run: { dryRun: true, full: false, rebaseline: false, verify: false } });
    expect([...store.objects.keys()].filter((key) => key.includes('/log/'))).toEqual([]);
  });

  it('fails the run that it can not be kept of', async () => {
    onStore = (_, key) => {
      if (key.includes('/log/runs/')) throw new Failure('TRANSIENT', 'store.unreachable', 'No.');
    };
    const report = await engine.run();
    expect(report).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.unreachable' } },
      baseline: { rows: 20 },
      counts: { sent: 20, pending: 0 },
    });
  });
});

describe('a run that was cut off (invariant 3)', () => {
  /** The process is gone: nothing that it would still do happens. */
  function dieAt(isHere: (call: string, key: string) => boolean): void {
    let isDead = false;
    onStore = (call, key) => {
      isDead ||= isHere(call, key);
      if (isDead) throw new Failure('INTERNAL', 'test.died', 'Dead.');
    };
  }

  it.each([
    ['before its log', (call: string) => call === 'copy'],
    ['before its log is whole', (_: string, key: string) => key.includes('/_log-')],
    ['before its record', (_: string, key: string) => key.includes('/baseline/')],
    [
      'before the head moves',
      (() => {
        let heads = 0;
        return (call: string, key: string) =>
          call === 'put' && key.endsWith('head.json') && ++heads === 2;
      })(),
    ],
  ])('%s, is logged by the next one, once', async (_, isHere) => {
    const runId = crypto.randomUUID();
    dieAt(isHere);
    await engine.run({ runId }).catch(() => undefined);
    onStore = () => undefined;
    const report = await engine.run();
    expect(report).toMatchObject({ outcome: 'succeeded', resumed: 20, counts: { sent: 0 } });
    expect(logs().map((log) => [log.runId, log.startedAt])).toEqual([
      [runId, '2026-01-02T03:04:05.000Z'],
    ]);
    expect(await changelog()).toEqual(people(20).map(({ id }) => ['added', 'upsert', 'sent', id]));
  });

  const told =
    'run, outcome, finished_at is null, queried, added, changed, removed, sent, rejected, skipped, pending, uncertain';

  it('is reported by the next one, with what plan and journal tell', async () => {
    moods.refuses = ({ id }) => id === '3';
    const [runId, next] = [crypto.randomUUID(), crypto.randomUUID()];
    dieAt((_, key) => key.includes('/baseline/'));
    await engine.run({ runId }).catch(() => undefined);
    onStore = () => undefined;
    await engine.run({ runId: next });
    expect(await reports(told)).toEqual([
      [runId, 'interrupted', true, null, 20n, 0n, 0n, 19n, 1n, 0n, 0n, 0n],
      [next, 'completed_with_errors', false, 20n, 1n, 0n, 0n, 0n, 1n, 0n, 0n, 0n],
    ]);
  });

  it('is reported as pending when nothing had left, and as uncertain when nobody knows', async () => {
    const [pending, uncertain] = [crypto.randomUUID(), crypto.randomUUID()];
    // The first entry of a journal is there before the head names the delivery, and declares nothing.
    dieAt((call, key) => call === 'put' && /\/acks\/\d+-0*1$/.test(key));
    await engine.run({ runId: pending }).catch(() => undefined);
    dieAt(() => false);
    moods.after = () => dieAt(() => true);
    await engine.run({ runId: uncertain }).catch(() => undefined);
    delete moods.after;
    onStore = () => undefined;
    await engine.run();
    const [first, second] = await reports(told);
    expect(first).toEqual([pending, 'interrupted', true, null, 20n, 0n, 0n, 0n, 0n, 0n, 20n, 0n]);
    expect(second).toEqual([uncertain, 'interrupted', true, null, 20n, 0n, 0n, 0n, 0n, 0n, 0n, 20n]); // prettier-ignore
  });

  it('keeps the report that it had written itself', async () => {
    onStore = (call, key) => {
      if (call === 'put' && key.includes('/baseline/'))
        throw new Failure('CONFIG', 'store.denied', 'No.');
    };
    await engine.run();
    onStore = () => undefined;
    await engine.run();
    expect(await reports('outcome, failure_code')).toEqual([
      ['failed', 'store.denied'],
      ['succeeded', null],
    ]);
  });

  it('is reported once, however often the next one dies as well (invariant 3)', async () => {
    const runId = crypto.randomUUID();
    dieAt((_, key) => key.includes('/baseline/'));
    await engine.run({ runId }).catch(() => undefined);
    let heads = 0;
    dieAt((call, key) => call === 'put' && key.endsWith('head.json') && ++heads === 1);
    await engine.run().catch(() => undefined);
    onStore = () => undefined;
    await engine.run();
    const all = await reports('run, outcome');
    expect(all.filter(([run]) => run === runId)).toEqual([[runId, 'interrupted']]);
  });

  it('fails the next run, which records all the same, when its report can not be kept', async () => {
    dieAt((_, key) => key.includes('/baseline/'));
    await engine.run().catch(() => undefined);
    let reported = 0;
    onStore = (_, key) => {
      if (key.includes('/log/runs/') && ++reported === 1)
        throw new Failure('TRANSIENT', 'store.unreachable', 'No.');
    };
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.unreachable' } },
      baseline: { rows: 20 },
    });
  });

  it('fails the next run, which records all the same, when it can not be logged any more', async () => {
    dieAt((_, key) => key.includes('/baseline/'));
    await engine.run().catch(() => undefined);
    onStore = (_, key) => {
      if (key.includes('/_log-')) throw new Failure('TRANSIENT', 'store.unreachable', 'No.');
    };
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.unreachable' } },
      resumed: 20,
      baseline: { rows: 20 },
    });
    onStore = () => undefined;
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', resumed: 0 });
    expect(idsOf(await changelog(), 'sent')).toHaveLength(20);
    expect(logs()).toHaveLength(1);
  });
});
