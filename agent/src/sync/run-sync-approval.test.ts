import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

let table: TextRow[];
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const approve = { rows: 10, percent: 10, action: 'approve' as const };
const guards = { removed: approve, emptyResult: 'stop' as const };
const approving = ({ planDigest = '' }: SyncReport): Partial<SyncRequest> => ({
  guards,
  run: { ...options, approvedPlan: planDigest },
});
const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `person ${n}`, team: null }));
const names = (): unknown[] => [...destination.records.values()].map(({ name }) => name).toSorted();
const inStep = (): void => expect(names()).toEqual(table.map(({ name }) => name).toSorted());
/** The first rows get names of their own. */
const rename = (...given: string[]): void => given.forEach((name, n) => (table[n]!.name = name));

beforeEach(async () => {
  table = people(60);
  destination = memoryDestination();
  store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
  await engine.run();
  destination.batches.length = 0;
});
afterEach(() => engine.close());

describe('a plan that somebody has to approve (invariants 6, 8)', () => {
  it('sends nothing and records nothing until then', async () => {
    table = [...people(40), { id: '200', name: 'new', team: null }];
    const head = [...store.objects].find(([key]) => key.endsWith('head.json'))![1].etag;
    const report = await engine.run({ guards });
    expect(report).toMatchObject({
      outcome: 'waiting_approval',
      planDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      counts: { removed: 20, withheld: 20, added: 1, pending: 1, sent: 0 },
      errors: [],
      baseline: { generation: 1n },
    });
    expect(report.failure).toBeUndefined();
    expect(destination.batches).toEqual([]);
    expect([...store.objects].find(([key]) => key.endsWith('head.json'))![1].etag).toBe(head);
  });

  it('is sent as a whole when it is what was approved', async () => {
    table = [...people(40), { id: '200', name: 'new', team: null }];
    const waiting = await engine.run({ guards });
    table.reverse();
    expect(await engine.run(approving(waiting))).toMatchObject({
      outcome: 'succeeded',
      planDigest: waiting.planDigest,
      counts: { removed: 20, added: 1, sent: 21, withheld: 0, pending: 0 },
    });
    inStep();
  });

  it('keeps its digest and its objects while nothing changes', async () => {
    table = people(40);
    const waiting = await engine.run({ guards });
    const objects = store.objects.size;
    expect(await engine.run({ guards })).toMatchObject({
      outcome: 'waiting_approval',
      planDigest: waiting.planDigest,
    });
    expect(store.objects.size).toBe(objects + 1);
  });

  it('asks for nothing while no guard trips', async () => {
    table = people(55);
    const report = await engine.run({ guards });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { removed: 5, sent: 5 } });
    expect(report.planDigest).toBeUndefined();
  });

  it('stops for a guard that stops, whatever another one would have approved', async () => {
    table = [...people(40), ...people(100).slice(70)];
    const added = { rows: 10, percent: 10, action: 'stop' as const };
    expect(await engine.run({ guards: { ...guards, added } })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'guard.added' } },
    });
  });

  it('keeps back what another guard withholds', async () => {
    table = [...people(40), ...people(100).slice(70)];
    const added = { rows: 10, percent: 10, action: 'withhold' as const };
    const both = { guards: { ...guards, added } };
    const waiting = await engine.run(both);
    expect(waiting.counts).toMatchObject({ withheld: 50, pending: 0 });
    expect(await engine.run({ ...approving(waiting), ...both })).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { removed: 20, sent: 20, added: 30, withheld: 30 },
    });
  });

  it('is named by a dry run too, which writes nothing', async () => {
    table = people(40);
    const objects = store.objects.size;
    const dry = await engine.run({ guards, run: { ...options, dryRun: true } });
    expect(dry).toMatchObject({ outcome: 'succeeded', counts: { pending: 20, withheld: 0 } });
    expect(store.objects.size).toBe(objects);
    expect((await engine.run({ guards })).planDigest).toBe(dry.planDigest);
    expect(await engine.run(approving(dry))).toMatchObject({ counts: { sent: 20 } });
  });
});

describe('an approval is a ceiling', () => {
  let waiting: SyncReport;
  beforeEach(async () => {
    table = people(40);
    rename('a', 'b');
    waiting = await engine.run({ guards });
  });

  it('for less of the same', async () => {
    expect(waiting.counts).toMatchObject({ removed: 20, changed: 2 });
    table = people(45);
    rename('a');
    expect(await engine.run(approving(waiting))).toMatchObject({
      outcome: 'succeeded',
      counts: { removed: 15, changed: 1, sent: 16 },
    });
    inStep();
  });

  const beyond: [string, () => void][] = [
    ['a removal more', () => (table = table.slice(0, 39))],
    ['a row more', () => table.push({ id: '99', name: 'new', team: null })],
    ['another value', () => rename('a', 'c')],
    ['two values that changed places', () => rename('b', 'a')],
    ['another row instead', () => void ((table[0]!.name = 'person 0'), (table[5]!.name = 'a'))],
  ];
  it.each(beyond)('but not for %s', async (_name, change) => {
    change();
    const again = await engine.run(approving(waiting));
    expect(again).toMatchObject({ outcome: 'waiting_approval', counts: { sent: 0 } });
    expect(again.planDigest).not.toBe(waiting.planDigest);
    expect(destination.batches).toEqual([]);
    expect(await engine.run(approving(again))).toMatchObject({ outcome: 'succeeded' });
    inStep();
  });

  it('but not for another mapping', async () => {
    const fields = [
      { field: 'name', value: { kind: 'column' as const, column: 'id' }, nulls: 'send' as const },
    ];
    const report = await engine.run({ ...approving(waiting), fields });
    expect(report).toMatchObject({ outcome: 'waiting_approval', counts: { sent: 0 } });
  });

  it.each([
    ['its plan has expired', (key: string) => key.includes('-waiting-')],
    ['nobody can say what it was', (key: string) => key.includes('/approval/')],
  ])('but not for less when %s', async (_name, isGone) => {
    for (const key of store.objects.keys()) if (isGone(key)) store.objects.delete(key);
    table = people(45);
    expect(await engine.run(approving(waiting))).toMatchObject({ outcome: 'waiting_approval' });
  });

  it('but not for what was put in the place of its plan', async () => {
    const [smaller] = [...store.objects.keys()].filter((key) => key.includes('/approval/'));
    table = people(30);
    const larger = await engine.run({ guards });
    const other = [...store.objects].find(([key]) => key.includes(larger.planDigest!))![1];
    await store.put(smaller!, other.body);
    expect(await engine.run(approving(waiting))).toMatchObject({ outcome: 'waiting_approval' });
    expect(destination.batches).toEqual([]);
  });
});

describe('the approval of a first run', () => {
  const added = { ...guards, added: { ...approve, percent: 0 } };

  beforeEach(async () => {
    destination.records.clear();
    store.objects.clear();
  });

  it('is for the rows that were counted, although no baseline keeps their fingerprints', async () => {
    const waiting = await engine.run({ guards: added });
    expect(waiting).toMatchObject({ outcome: 'waiting_approval', counts: { withheld: 60 } });
    table.pop();
    const approved = { ...approving(waiting), guards: added };
    expect(await engine.run(approved)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 59 },
    });
    inStep();
  });

  it('keeps no values in the bucket where none may rest', async () => {
    await engine.run({ guards: added, snapshots: 'hashed' });
    const plan = [...store.objects].find(([key]) => key.includes('-waiting-added'))![1];
    expect(Buffer.from(plan.body).includes('c:name')).toBe(false);
  });
});

it.each(['', 'x', '../head', 'A'.repeat(64)])(
  'refuses an approval that is no digest (%j) before it reads anything',
  async (approvedPlan) => {
    expect(await engine.run({ run: { ...options, approvedPlan } })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { kind: 'CONFIG', code: 'run.bad_approval' } },
      counts: { queried: 0 },
    });
  },
);
