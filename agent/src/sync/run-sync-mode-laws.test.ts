import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mode, RemovalAction } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { column, eagerClock, openEngine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { SyncReport, SyncRequest } from './sync-request.js';

// What each mode promises, held to random tables and to whatever goes wrong on the way: after a run that nothing
// disturbs, the destination is as the mode says, every count adds up (8), and the same table once more sends nothing.

interface Step {
  rows: TextRow[];
  trouble: Trouble;
}

type Trouble =
  | { kind: 'none' | 'refusing' }
  /** At the n-th batch: nothing more is taken; the answer is lost; somebody cancels. */
  | { kind: 'stopping' | 'no answer' | 'cancel'; at: number }
  /** Of the rows that the destination gets every n-th is put off, and may be taken meanwhile. */
  | { kind: 'putting off'; every: number; midway: boolean }
  /** The machine is gone at the n-th write to the bucket. */
  | { kind: 'crash'; at: number };

const key = fc.record({
  region: fc.constantFrom('', 'eu', '\\N', 'e\tu'),
  id: fc.constantFrom('1', '01', '2', '3', 'ż', '\\'),
});
const value = fc.option(fc.constantFrom('', 'x', 'y', '\n'));
const anyRows: fc.Arbitrary<TextRow[]> = fc.uniqueArray(
  fc.tuple(key, fc.record({ name: value, team: value })).map(([k, v]) => ({ ...k, ...v })),
  { selector: keyOf, maxLength: 16 },
);
const anyTrouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({ kind: fc.constantFrom('none' as const, 'refusing' as const) }),
  fc.record({
    kind: fc.constantFrom('stopping' as const, 'no answer' as const, 'cancel' as const),
    at: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant('putting off' as const),
    every: fc.integer({ min: 1, max: 4 }),
    midway: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('crash' as const), at: fc.nat(12) }),
);
const anySteps = fc.array(fc.record<Step>({ rows: anyRows, trouble: anyTrouble }), {
  minLength: 1,
  maxLength: 3,
});
/** Records that others made, some of them where rows of ours would be. */
const anyForeign = fc.uniqueArray(key, { selector: keyOf, maxLength: 6 });

function keyOf({ region, id }: { region?: string | null; id?: string | null }): string {
  return JSON.stringify([region, id]);
}

/** What is true of the destination after a run that came to its end. */
type Law = (world: World) => void;

interface World {
  rows: readonly TextRow[];
  /** Every version of a row that a query ever gave, by key. */
  versions: ReadonlyMap<string, readonly TextRow[]>;
  foreign: ReadonlySet<string>;
  destination: MemoryDestination;
}

const foreignRow = (row: { region: string; id: string }): TextRow => ({
  ...row,
  name: 'theirs',
  team: null,
});

/** What a removal left behind says `gone`; a row that comes back is written over it. */
function without(record: TextRow | undefined): TextRow | undefined {
  if (!record) return undefined;
  const { gone: _, ...rest } = record;
  return rest;
}

const currentIsThere: Law = ({ rows, destination }) => {
  for (const row of rows) expect(without(destination.records.get(keyOf(row)))).toEqual(row);
};

/** Of keys that are not in the query. */
function ofTheRest(world: World): [string, TextRow][] {
  const current = new Set(world.rows.map(keyOf));
  return [...world.destination.records].filter(([at]) => !current.has(at));
}

const restWasOnce: Law = (world) => {
  for (const [at, record] of ofTheRest(world))
    if (!world.foreign.has(at)) expect(world.versions.get(at)).toContainEqual(without(record));
};

const restIsForeign: Law = (world) => {
  for (const [at] of ofTheRest(world)) expect(world.foreign).toContain(at);
};

/** Nothing of what others made and no query ever named is touched (9). */
const foreignIsWhole: Law = ({ foreign, versions, destination }) => {
  for (const at of foreign)
    if (!versions.has(at)) expect(destination.records.get(at)).toMatchObject({ name: 'theirs' });
};

const restIsMarked =
  (mark: RemovalAction): Law =>
  (world) => {
    for (const [at, record] of ofTheRest(world))
      if (!world.foreign.has(at)) expect(record).toMatchObject({ gone: mark });
  };

const nothingIsMade: Law = ({ foreign, destination, rows }) => {
  expect(new Set(destination.records.keys())).toEqual(foreign);
  for (const row of rows)
    if (foreign.has(keyOf(row))) expect(without(destination.records.get(keyOf(row)))).toEqual(row);
};

const madeOnce: Law = ({ rows, foreign, versions, destination }) => {
  for (const row of rows) expect(destination.records.has(keyOf(row))).toBe(true);
  for (const [at, record] of destination.records)
    if (foreign.has(at)) expect(record).toMatchObject({ name: 'theirs' });
    else expect(versions.get(at)).toContainEqual(record);
};

const appendedOnce: Law = ({ versions, destination }) => {
  expect(destination.appended.map(keyOf).toSorted()).toEqual([...versions.keys()].toSorted());
};

const all =
  (...laws: Law[]): Law =>
  (world) =>
    laws.forEach((law) => law(world));

const modes: [Mode, RemovalAction, Law][] = [
  ['mirror', 'delete', all(currentIsThere, restIsForeign, foreignIsWhole)],
  ['mirror', 'archive', all(currentIsThere, restIsMarked('archive'), foreignIsWhole)],
  ['upsert', 'nothing', all(currentIsThere, restWasOnce, foreignIsWhole)],
  ['upsert', 'delete', all(currentIsThere, restIsForeign, foreignIsWhole)],
  ['upsert', 'clear', all(currentIsThere, restIsMarked('clear'), foreignIsWhole)],
  ['upsert', 'set', all(currentIsThere, restIsMarked('set'), foreignIsWhole)],
  ['update', 'nothing', all(nothingIsMade, foreignIsWhole)],
  ['create', 'nothing', all(madeOnce, foreignIsWhole)],
  ['append', 'nothing', all(appendedOnce, foreignIsWhole)],
];

describe.each(modes)('%s with onRemoved: %s', (mode, action, law) => {
  it('does what it promises, whatever went wrong on the way (1, 2, 3, 8, 9)', async () => {
    const property = fc.asyncProperty(anySteps, anyForeign, (steps, foreign) =>
      follow(steps, foreign, { request: requestFor(mode, action), law }),
    );
    await expect(fc.assert(property, { numRuns: 5 })).resolves.toBeUndefined();
  }, 120_000);
});

const requestFor = (mode: Mode, action: RemovalAction): Partial<SyncRequest> => ({
  model: { name: 'people', query: { table: 'person' }, primaryKey: ['region', 'id'] },
  mode,
  onRemoved: {
    action,
    set:
      action === 'set'
        ? [
            {
              field: 'team',
              value: { kind: 'constant', constant: { text: 'gone' } },
              nulls: 'send',
            },
          ]
        : [],
  },
  key: ['region', 'id'].map((name) => ({ field: name, column: name })),
  fields: [column('name'), column('team')],
});

async function follow(
  steps: readonly Step[],
  foreign: readonly { region: string; id: string }[],
  { request, law }: { request: Partial<SyncRequest>; law: Law },
): Promise<void> {
  const moods: Moods = { maxRows: 3 };
  let onWrite = (): void => undefined;
  const store = new MemoryStore((call) => void (call === 'put' && onWrite()));
  const destination = memoryDestination(moods);
  for (const row of foreign) destination.records.set(keyOf(row), foreignRow(row));
  let rows: TextRow[] = [];
  const engine = await openEngine({ source: memorySource(() => rows), destination, store });
  const versions = new Map<string, TextRow[]>();
  for (const step of steps) {
    // What was appended can't be taken back, so events only come.
    rows = request.mode === 'append' ? grown(rows, step.rows) : step.rows;
    for (const row of rows) versions.set(keyOf(row), [...(versions.get(keyOf(row)) ?? []), row]);
    const cancel = new AbortController();
    onWrite = disturb(step.trouble, moods, cancel);
    assertSums(await engine.run(request, { signal: cancel.signal, clock: eagerClock }));
    onWrite = () => undefined;
    for (const mood of ['refuses', 'putsOff', 'before', 'after'] as const) delete moods[mood];
    const mended = await engine.run(request);
    expect(endingsAfter(step.trouble, request)).toContain(mended.outcome);
    assertSums(mended);
    law({ rows, versions, foreign: new Set(foreign.map(keyOf)), destination });
    const { counts } = await engine.run(request);
    const nothing = { added: 0, changed: 0, removed: 0, sent: 0, skipped: 0 };
    expect(counts).toMatchObject({ ...nothing, queried: rows.length, unchanged: rows.length });
  }
  await engine.close();
}

/** What was appended and not noted before the machine was gone is held, and told of. */
function endingsAfter(trouble: Trouble, { mode }: Partial<SyncRequest>): string[] {
  const mayHold = mode === 'append' && trouble.kind === 'crash';
  return mayHold ? ['succeeded', 'completed_with_errors'] : ['succeeded'];
}

function grown(rows: readonly TextRow[], more: readonly TextRow[]): TextRow[] {
  const known = new Set(rows.map(keyOf));
  return [...rows, ...more.filter((row) => !known.has(keyOf(row)))];
}

/** Sets up what goes wrong, and answers what each write to the bucket has to call. */
function disturb(trouble: Trouble, moods: Moods, cancel: AbortController): () => void {
  let batches = 0;
  let writes = 0;
  const once = (at: number, work: () => void) => (): void => {
    if (++batches === at) work();
  };
  const fail = (code: string) => (): never => {
    throw new Failure('CONFIG', code, 'Not any more.');
  };
  if (trouble.kind === 'refusing') moods.refuses = ({ team }) => team === 'x';
  if (trouble.kind === 'putting off') {
    const code = trouble.midway ? 'destination.failed_midway' : 'destination.busy';
    let rows = 0;
    moods.putsOff = () =>
      ++rows % trouble.every === 0 ? new Failure('TRANSIENT', code, 'Later.') : undefined;
  }
  if (trouble.kind === 'stopping') moods.before = once(trouble.at, fail('destination.forbidden'));
  if (trouble.kind === 'no answer') moods.after = once(trouble.at, fail('destination.bad_answer'));
  if (trouble.kind === 'cancel')
    moods.after = once(trouble.at, () =>
      cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.')),
    );
  if (trouble.kind !== 'crash') return () => undefined;
  return () => {
    if (writes++ >= trouble.at) throw new Error('The machine is gone.');
  };
}

/** Invariant 8; a run that was cut off before it had a plan has counted less. */
function assertSums({ counts: c, outcome }: SyncReport): void {
  const ended = c.sent + c.skipped + c.rejected + c.withheld + c.pending + c.uncertain;
  expect(c.added + c.changed + c.removed).toBe(ended);
  if (outcome !== 'failed' && outcome !== 'cancelled')
    expect(c.queried).toBe(c.unchanged + c.added + c.changed + c.invalid);
}
