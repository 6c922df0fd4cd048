import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

let table: TextRow[];
let moods: Moods;
let onStore: (call: string, key: string) => void;
let store: MemoryStore;
let destination: MemoryDestination;
let engine: Engine;

const plain = { dryRun: false, full: false, rebaseline: false, verify: false };
const nothing = { action: 'nothing' as const, set: [] };
const ids = [...'abcd'].map((c) => `${c.repeat(8)}-0000-4000-8000-000000000000`);
const [first = '', second = '', third = ''] = ids;

const person = (id: number, name = `name ${id}`): TextRow => ({ id: String(id), name, team: 't' });
const people = (count: number): TextRow[] => Array.from({ length: count }, (_, n) => person(n));

beforeEach(async () => {
  table = people(10);
  moods = {};
  onStore = () => undefined;
  store = new MemoryStore((call, key) => onStore(call, key));
  destination = memoryDestination(moods);
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const run = (runId: string, change: Partial<SyncRequest> = {}): Promise<SyncReport> =>
  engine.run({ runId, ...change });
const undo = (runId: string, change: Partial<SyncRequest> = {}): Promise<SyncReport> =>
  engine.run({
    removals: ['nothing', 'delete'],
    ...change,
    run: { ...plain, ...change.run, undo: runId },
  });

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const records = (): TextRow[] => [...destination.records.values()].toSorted(byId);

/** Ten people; then three are renamed, two leave and one comes. */
async function twoRuns(change: Partial<SyncRequest> = {}): Promise<void> {
  await run(first, change);
  table = [
    ...people(8).map((row) => (Number(row.id) < 3 ? person(Number(row.id), 'renamed') : row)),
    person(20),
  ];
  await run(second, change);
}

it('takes back nothing that was replaced as a whole, and says so', async () => {
  await twoRuns();
  const asked = vi.spyOn(store, 'list');
  expect(await undo(second, { mode: 'replace', onRemoved: nothing })).toMatchObject({
    outcome: 'failed',
    counts: { sent: 0 },
    failure: { failure: { kind: 'CONFIG', code: 'undo.replaced' } },
  });
  expect(asked).not.toHaveBeenCalled();
});

describe('an undone run', () => {
  it('is taken back: old values, removed rows again, added rows gone (invariants 1, 2, 8)', async () => {
    await twoRuns();
    const report = await undo(second);
    expect(report).toMatchObject({
      outcome: 'succeeded',
      counts: { queried: 0, added: 2, changed: 3, removed: 1, sent: 6, skipped: 0 },
      baseline: { rows: 10 },
    });
    expect(records()).toEqual(people(10));
  });

  it('is sent again by the next run of the query, and rows that are alike are not', async () => {
    await twoRuns();
    await undo(second);
    table = people(10);
    expect(await run(third)).toMatchObject({ counts: { unchanged: 10, sent: 0 } });
    table = [person(0, 'again'), ...people(10).slice(1)];
    expect(await run(crypto.randomUUID())).toMatchObject({
      counts: { unchanged: 9, changed: 1, sent: 1 },
    });
  });

  it('can be done again by undoing the undo', async () => {
    await twoRuns();
    const sent = records();
    await undo(second, { runId: third });
    expect(await undo(third)).toMatchObject({ outcome: 'succeeded', counts: { sent: 6 } });
    expect(records()).toEqual(sent);
  });

  it('takes back nothing that a later run has changed since, and counts it', async () => {
    await twoRuns();
    // Renamed once more; removed; come back.
    table = [person(0, 'later'), ...table.slice(2), person(8, 'back')];
    await run(third);
    const report = await undo(second);
    expect(report).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 2, changed: 3, removed: 1, sent: 3, skipped: 3 },
    });
    const names = Object.fromEntries(records().map(({ id, name }) => [id, name]));
    expect(names).toMatchObject({ 0: 'later', 2: 'name 2', 8: 'back', 9: 'name 9' });
    expect(names).not.toHaveProperty('1');
    expect(names).not.toHaveProperty('20');
  });

  it('leaves alone what it had not sent', async () => {
    await run(first);
    table = [person(0, 'renamed'), person(1, 'renamed'), ...people(10).slice(2)];
    moods.refuses = ({ name, id }) => name === 'renamed' && id === '1';
    await run(second);
    delete moods.refuses;
    expect(await undo(second)).toMatchObject({ counts: { changed: 1, sent: 1 } });
    expect(records()).toEqual(people(10));
  });

  it('removes what it added where the sync removes nothing, if the destination can', async () => {
    const keeping = { mode: 'upsert' as const, onRemoved: nothing };
    await run(first, keeping);
    expect(await undo(first, { ...keeping, removals: ['nothing'] })).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'undo.not_possible' } },
    });
    expect(await undo(first, keeping)).toMatchObject({ counts: { removed: 10, sent: 10 } });
    expect(records()).toEqual([]);
  });

  it('goes back to what was there before the first of several attempts', async () => {
    await run(first);
    table = people(10).map(({ id }) => person(Number(id), 'once'));
    moods.maxRows = 5;
    let batches = 0;
    moods.before = () => {
      if (++batches === 2) throw new Error('The machine is gone.');
    };
    await run(second);
    delete moods.before;
    table = people(10).map(({ id }) => person(Number(id), 'twice'));
    await run(second);
    expect(await undo(second)).toMatchObject({ counts: { changed: 10, sent: 10 } });
    expect(records()).toEqual(people(10));
  });

  it('is shown by a dry run, and sends nothing', async () => {
    await twoRuns();
    const before = records();
    const report = await undo(second, { run: { ...plain, dryRun: true } });
    expect(report).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 2, changed: 3, removed: 1, pending: 6, sent: 0 },
      planDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(records()).toEqual(before);
  });

  it('goes by the plan that the dry run showed; another one waits for approval', async () => {
    await twoRuns();
    const before = records();
    const { planDigest: expectedPlan = '' } = await undo(second, {
      run: { ...plain, dryRun: true },
    });
    table = [person(0, 'later'), ...table.slice(1)];
    await run(third);
    const held = await undo(second, { run: { ...plain, expectedPlan } });
    expect(held).toMatchObject({ outcome: 'waiting_approval', counts: { sent: 0, skipped: 1 } });
    expect(held.planDigest).not.toBe(expectedPlan);
    expect(records()).toEqual(before.map((row) => (row.id === '0' ? person(0, 'later') : row)));
    const approvedPlan = held.planDigest ?? '';
    expect(await undo(second, { run: { ...plain, expectedPlan, approvedPlan } })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 5, skipped: 1 },
    });
  });

  it('is sent without a word when it is the plan that the dry run showed', async () => {
    await twoRuns();
    const { planDigest: expectedPlan = '' } = await undo(second, {
      run: { ...plain, dryRun: true },
    });
    expect(await undo(second, { run: { ...plain, expectedPlan } })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 6 },
    });
    expect(records()).toEqual(people(10));
  });

  it('is judged by the guards', async () => {
    await twoRuns();
    const withhold = { rows: 1, percent: 1, action: 'withhold' as const };
    const guards = { changed: withhold, emptyResult: 'stop' as const };
    expect(await undo(second, { guards })).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { changed: 3, withheld: 3, sent: 3 },
    });
    const stop = { added: { ...withhold, action: 'stop' as const }, emptyResult: 'stop' as const };
    await run(third);
    expect(
      await undo(first, { guards: { removed: stop.added, emptyResult: 'stop' } }),
    ).toMatchObject({
      failure: { failure: { code: 'guard.removed' } },
    });
  });

  it.each([
    ['before', 2],
    ['before', 5],
    ['after', 3],
    ['after', 6],
  ] as const)(
    'is finished by a second attempt, though the first was cut off %s batch %d (invariant 3)',
    async (when, cut) => {
      await twoRuns();
      const sent = records();
      moods.maxRows = 1;
      let batches = 0;
      moods[when] = () => {
        if (++batches === cut) throw new Error('The machine is gone.');
      };
      expect(await undo(second)).toMatchObject({ outcome: 'failed' });
      delete moods[when];
      expect(await undo(second)).toMatchObject({ outcome: 'succeeded' });
      expect(records()).toEqual(people(10));
      expect(await run(crypto.randomUUID())).toMatchObject({
        counts: { added: 1, changed: 3, removed: 2 },
      });
      expect(records()).toEqual(sent);
    },
  );
});

describe('a run can not be undone', () => {
  /** The code it fails with, once it is sure that nothing was sent. */
  async function refusal(report: Promise<SyncReport>): Promise<string | undefined> {
    const before = destination.batches.length;
    const { outcome, failure } = await report;
    const isRefused = outcome === 'failed' && destination.batches.length === before;
    return isRefused && failure?.failure.kind === 'CONFIG' ? failure.failure.code : undefined;
  }

  it('when nothing is known of it, or its log has expired', async () => {
    expect(await refusal(undo(first))).toBe('undo.expired');
    await twoRuns();
    expect(await refusal(undo(third))).toBe('undo.expired');
    for (const key of store.objects.keys())
      if (key.includes('/log/changelog/') && key.endsWith('.parquet')) store.objects.delete(key);
    expect(await refusal(undo(second))).toBe('undo.expired');
  });

  it('when rows were appended', async () => {
    const appending = { mode: 'append' as const, key: [], onRemoved: nothing };
    await run(first, appending);
    expect(await refusal(undo(first, appending))).toBe('undo.appended');
  });

  it('when no values are kept', async () => {
    await twoRuns({ snapshots: 'hashed' });
    expect(await refusal(undo(second, { snapshots: 'hashed' }))).toBe('undo.hashed');
  });

  it('under another mapping, or when the mapping was what was new', async () => {
    const fewer = { fields: [column('name')] };
    await twoRuns();
    expect(await refusal(undo(second, fewer))).toBe('undo.mapping_changed');
    await run(third, fewer);
    expect(await refusal(undo(third, fewer))).toBe('undo.mapping_changed');
  });

  it('after the sync was started over', async () => {
    await twoRuns();
    await run(third, { run: { ...plain, rebaseline: true } });
    expect(await refusal(undo(second))).toBe('undo.started_over');
  });

  it('when records were archived', async () => {
    const archiving = { onRemoved: { action: 'archive' as const, set: [] } };
    await twoRuns(archiving);
    expect(await refusal(undo(second, archiving))).toBe('undo.not_possible');
  });
});
