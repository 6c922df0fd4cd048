import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onCrashPoint } from '../crash-point.js';
import type { CrashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import { eagerClock, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memorySource } from '../testing/memory-connectors.js';
import type { TextRow } from '../testing/memory-connectors.js';
import { memoryJobs } from '../testing/memory-jobs.js';
import type { JobMoods, MemoryJobs } from '../testing/memory-jobs.js';
import { MemoryStore } from '../testing/memory-store.js';

let table: TextRow[];
let moods: JobMoods;
let isDead: boolean;
let destination: MemoryJobs;
let engine: Engine;

const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `p "${n}", ż\n`, team: null }));

beforeEach(async () => {
  table = people(20);
  moods = {};
  isDead = false;
  await start();
});
afterEach(async () => {
  onCrashPoint(() => undefined);
  await engine.close();
});

async function start(): Promise<void> {
  destination = memoryJobs(moods);
  const store = new MemoryStore(() => {
    if (isDead) throw new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
}

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));
const jobsOf = (change: string): number[] =>
  [...destination.jobs.values()].filter((job) => job.change === change).map(({ size }) => size);

/** From a point on nothing that the agent does is seen any more, as if it had been killed there. */
async function dieAt(point: CrashPoint, nth = 1): Promise<void> {
  let passed = 0;
  onCrashPoint((name) => {
    if (name !== point || ++passed !== nth) return;
    isDead = true;
    throw new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
  });
  expect(await engine.run()).toMatchObject({ outcome: 'failed' });
  onCrashPoint(() => undefined);
  isDead = false;
}

describe('a destination that takes files', () => {
  it('gets added, changed and removed rows as jobs, none larger than it wants', async () => {
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(jobsOf('added')).toEqual([7, 7, 6]);
    inStep();
    table = [...table.slice(3), { id: '77', name: 'new', team: 'x' }];
    table[0] = { ...table[0], name: '', team: 'changed' };
    expect(await engine.run()).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 1, changed: 1, removed: 3, sent: 5 },
    });
    expect(jobsOf('removed')).toEqual([3]);
    inStep();
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 18, sent: 0 } });
  });

  it('gets smaller files when a row is larger than it was thought', async () => {
    moods.maxBytes = 60;
    await engine.close();
    await start();
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(Math.max(...jobsOf('added'))).toBeLessThan(7);
    inStep();
  });

  it('says of each row what became of it, and why (invariant 8)', async () => {
    moods.refuses = ({ id }) =>
      id === '3' || id === '4' ? 'BAD' : id === '9' ? 'MISSING' : undefined;
    moods.leaves = ({ id }) => (id === '12' ? 'unknown' : undefined);
    const report = await engine.run();
    expect(report).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 16, rejected: 2, skipped: 1, uncertain: 1 },
    });
    expect(
      report.errors.map(({ failure, count }) => [failure.code, failure.vendorCode, count]),
    ).toEqual(
      expect.arrayContaining([
        ['destination.rejected', 'BAD', 2],
        ['destination.no_answer', '', 1],
      ]),
    );
    moods.refuses = () => undefined;
    moods.leaves = () => undefined;
    // What was refused is found again; what may be there is sent again, as that does no harm.
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 3 } });
  });

  it('is asked again for rows that it did not come to or that were locked, one job at a time', async () => {
    const first = 3;
    const isFirst = (): boolean => destination.jobs.size <= first;
    let under = 0;
    let most = 0;
    moods.at = (step) => {
      if (isFirst()) return;
      if (step === 'create') most = Math.max(most, ++under);
      if (step === 'results') under -= 1;
    };
    moods.refuses = ({ id }) => (isFirst() && Number(id) % 2 === 0 ? 'LOCKED' : undefined);
    moods.leaves = ({ id }) => (isFirst() && id === '19' ? 'untouched' : undefined);
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(jobsOf('added').slice(first)).toEqual([7, 4]);
    expect(most).toBeLessThanOrEqual(1);
    expect(Math.max(...destination.writes.values())).toBe(1);
    inStep();
  });

  it('leaves rows that stay locked to the next run', async () => {
    moods.refuses = ({ id }) => (id === '5' ? 'LOCKED' : undefined);
    expect(await engine.run()).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 19, rejected: 1 },
      errors: [{ failure: { code: 'destination.locked' }, count: 1 }],
    });
    moods.refuses = () => undefined;
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 1 } });
    inStep();
  });

  it('gets a file that it refuses as a whole in halves, until the bad row stands alone', async () => {
    moods.at = (step, job) => {
      if (step === 'submit' && destination.jobs.get(job)?.number === 0)
        throw new Failure('REJECTED', 'destination.rejected', 'Refused.');
    };
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(jobsOf('added').toSorted((a, b) => a - b)).toEqual([3, 4, 6, 7, 7]);
    expect([...destination.jobs.values()].filter((job) => job.isAborted)).toMatchObject([
      { size: 7 },
    ]);
  });

  it('is looked at before a file is handed over again whose answer was lost', async () => {
    let lost = 1;
    moods.at = (step) => {
      if (step === 'submitted' && lost-- > 0)
        throw new Failure('TRANSIENT', 'destination.no_answer', 'The line broke.');
    };
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(Math.max(...destination.writes.values())).toBe(1);
  });

  it('gets in batches what it does not take in files', async () => {
    moods.takes = (change) => change !== 'removed';
    await engine.close();
    await start();
    await engine.run();
    table = table.slice(2);
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { removed: 2 } });
    expect(destination.batches).toEqual([2]);
    expect(jobsOf('removed')).toEqual([]);
    inStep();
  });

  it('that loses a job leaves its rows uncertain', async () => {
    moods.state = () => ({ kind: 'gone' });
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'delivery.job_lost' } },
    });
    delete moods.state;
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
    inStep();
  });
});

describe('creations, which can not be repeated', () => {
  const creating = { mode: 'create' as const, onRemoved: { action: 'nothing' as const, set: [] } };
  const eachOnce = (): void => {
    expect(Math.max(...destination.writes.values())).toBe(1);
    inStep();
  };

  it('are sent by the next run where no file was taken', async () => {
    moods.repeatable = false;
    moods.at = (step) => {
      if (step === 'submit') throw new Failure('TRANSIENT', 'destination.unreachable', 'No.');
    };
    expect(await engine.run(creating)).toMatchObject({
      outcome: 'failed',
      counts: { pending: 20, uncertain: 0 },
    });
    delete moods.at;
    expect(await engine.run(creating)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20 },
    });
    eachOnce();
  });

  it('are sent by the next run where a stopped one left them locked', async () => {
    moods.repeatable = false;
    const cancel = new AbortController();
    moods.refuses = ({ id }) => (id === '2' || id === '9' ? 'LOCKED' : undefined);
    moods.at = (step) => {
      if (step === 'results' && destination.jobs.size === 3)
        cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
    };
    const report = await engine.run(creating, { signal: cancel.signal });
    expect(report).toMatchObject({ outcome: 'cancelled', counts: { uncertain: 0 } });
    moods.refuses = () => undefined;
    delete moods.at;
    expect(await engine.run(creating)).toMatchObject({ outcome: 'succeeded' });
    eachOnce();
  });

  it('of a job that was emptied by somebody else are sent in another one', async () => {
    moods.repeatable = false;
    let isEmptied = true;
    moods.leaves = () => (isEmptied ? 'untouched' : undefined);
    moods.state = (job) => {
      if (!isEmptied || job !== 'job-0') return undefined;
      isEmptied = false;
      return { kind: 'empty' };
    };
    moods.concurrency = 1;
    await engine.close();
    await start();
    expect(await engine.run(creating)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20 },
    });
    eachOnce();
  });

  it('that were locked once are not created again when the agent dies after the second try', async () => {
    moods.repeatable = false;
    moods.concurrency = 1;
    await engine.close();
    await start();
    const isFirst = (): boolean => destination.jobs.size <= 3;
    moods.refuses = ({ id }) => (isFirst() && id === '4' ? 'LOCKED' : undefined);
    let passed = 0;
    onCrashPoint((name) => {
      if (name !== 'load.over' || ++passed !== 4) return;
      isDead = true;
      throw new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
    });
    expect(await engine.run(creating)).toMatchObject({ outcome: 'failed' });
    onCrashPoint(() => undefined);
    isDead = false;
    // What the first job says of the row stays true of that job.
    moods.refuses = () => undefined;
    moods.leaves = ({ id }) => (id === '4' ? 'untouched' : undefined);
    const last = [...destination.jobs.keys()].at(-1);
    moods.at = (step, job) => {
      if (step === 'results')
        moods.leaves = ({ id }) => (id === '4' && job !== last ? 'untouched' : undefined);
    };
    expect(await engine.run(creating)).toMatchObject({ outcome: 'succeeded' });
    eachOnce();
  });

  it('are refused alone where rows between them were taken before', async () => {
    const isFirst = (): boolean => destination.jobs.size <= 3;
    moods.refuses = ({ id }) => (isFirst() && (id === '1' || id === '5') ? 'LOCKED' : undefined);
    moods.at = (step) => {
      if (step === 'submit' && !isFirst())
        throw new Failure('REJECTED', 'destination.rejected', 'Refused.');
    };
    expect(await engine.run(creating)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 18, rejected: 2 },
    });
  });
});

describe('a run that is told to stop', () => {
  it('ends its jobs, and records what they had done (invariant 1)', async () => {
    moods.concurrency = 1;
    await engine.close();
    await start();
    const cancel = new AbortController();
    let looks = 0;
    const aborted = (job: string): boolean => destination.jobs.get(job)?.isAborted ?? false;
    moods.state = (job) => {
      if (++looks === 3) cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
      return aborted(job) ? { kind: 'over' } : { kind: 'working', done: 1 };
    };
    const report = await engine.run({}, { signal: cancel.signal, clock: eagerClock });
    expect(report).toMatchObject({ outcome: 'cancelled', counts: { sent: 7, pending: 13 } });
    delete moods.state;
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 13 } });
    expect(Math.max(...destination.writes.values())).toBe(1);
  });
});

describe('an agent that is killed', () => {
  it.each(['load.submitted', 'load.over', 'outcome.before'] as const)(
    'at %s goes on with the jobs that it had begun (invariant 3)',
    async (point) => {
      await dieAt(point);
      const begun = destination.jobs.size;
      const report = await engine.run();
      expect(report).toMatchObject({ outcome: 'succeeded' });
      expect(report.resumed).toBeGreaterThan(0);
      expect(report.resumed + report.counts.sent).toBe(20);
      expect(destination.jobs.size).toBeGreaterThanOrEqual(begun);
      expect(Math.max(...destination.writes.values())).toBe(1);
      inStep();
    },
  );

  it('before a job was handed anything sends its rows anew, once', async () => {
    await dieAt('load.named');
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', resumed: 0 });
    expect(Math.max(...destination.writes.values())).toBe(1);
    expect(destination.jobs.get('job-0')).toMatchObject({ isAborted: true });
    inStep();
  });

  it('creates nothing twice, and loses nothing, though creations can not be repeated', async () => {
    moods.repeatable = false;
    const creating = {
      mode: 'create' as const,
      onRemoved: { action: 'nothing' as const, set: [] },
    };
    for (const [point, nth] of [
      ['load.named', 1],
      ['load.submitted', 2],
    ] as const) {
      let passed = 0;
      onCrashPoint((name) => {
        if (name !== point || ++passed !== nth) return;
        isDead = true;
        throw new Failure('TRANSIENT', 'store.unreachable', 'The agent is dead.');
      });
      await engine.run(creating);
      onCrashPoint(() => undefined);
      isDead = false;
    }
    expect(await engine.run(creating)).toMatchObject({ outcome: 'succeeded' });
    expect(Math.max(...destination.writes.values())).toBe(1);
    inStep();
  });

  it('waits for a job that is still at work when it is back', async () => {
    await dieAt('load.submitted');
    let looks = 0;
    moods.state = () => (++looks < 6 ? { kind: 'working', done: looks } : { kind: 'over' });
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
    expect(looks).toBeGreaterThan(5);
    expect(Math.max(...destination.writes.values())).toBe(1);
  });

  it('does not hold what it knew by another mapping against its jobs', async () => {
    await dieAt('load.submitted');
    const fields = [
      { field: 'name', value: { kind: 'column' as const, column: 'name' }, nulls: 'send' as const },
    ];
    expect(await engine.run({ fields })).toMatchObject({ outcome: 'succeeded' });
    expect(destination.records.size).toBe(20);
  });
});
