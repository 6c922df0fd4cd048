import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Head, Manifest } from './baseline.js';
import type { RunOptions, SyncRequest } from './sync-request.js';

// Rows that were refused are tried again in every run, or set aside after so many; a run can be asked for them alone.

let table: TextRow[];
let moods: Moods;
let tried: string[];
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const asked = (run: Partial<RunOptions>): Partial<SyncRequest> => ({ run: { ...options, ...run } });
const onlyRejected = asked({ onlyRejected: true });
const refuse = (...ids: string[]): void => void (moods.refuses = ({ id }) => ids.includes(id!));

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: null }));
  tried = [];
  moods = {};
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => onStore(call, key));
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const manifest = (): Manifest => {
  const [, head] = [...store.objects].find(([key]) => key.endsWith('head.json'))!;
  const { key } = (JSON.parse(Buffer.from(head.body).toString()) as Head).manifest!;
  return JSON.parse(Buffer.from(store.objects.get(key)!.body).toString()) as Manifest;
};
const rejectedRows = (): number => manifest().rejected?.rows ?? 0;
/** Runs, and says which rows the destination was handed. */
async function attempt(request: Partial<SyncRequest> = {}) {
  tried = [];
  const refuses = moods.refuses;
  moods.refuses = (row) => {
    tried.push(row.id!);
    return refuses?.(row) ?? false;
  };
  const report = await engine.run(request);
  if (refuses) moods.refuses = refuses;
  else delete moods.refuses;
  return report;
}

describe('a run of the rejected rows alone', () => {
  beforeEach(async () => {
    refuse('3', '12');
    await engine.run();
  });

  it('sends those, with their latest values, and leaves the others pending (invariants 2, 8)', async () => {
    refuse('12');
    table[3]!.name = 'n 3';
    table[5]!.name = 'renamed';
    table.push({ id: '99', name: 'new', team: null });
    expect(await attempt(onlyRejected)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { added: 3, changed: 1, sent: 1, rejected: 1, pending: 2 },
    });
    expect(tried).toEqual(['3', '12']);
    expect(await attempt(onlyRejected)).toMatchObject({ counts: { rejected: 1, pending: 2 } });
    delete moods.refuses;
    expect(await attempt()).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 3, pending: 0 },
    });
    expect(rejectedRows()).toBe(0);
  });

  it('sends nothing of a row that has another value now: nobody refused that', async () => {
    table[3]!.name = 'another';
    expect(await attempt(onlyRejected)).toMatchObject({ counts: { rejected: 1, pending: 1 } });
    expect(tried).toEqual(['12']);
  });

  it('sends nothing when nothing was refused', async () => {
    delete moods.refuses;
    await attempt();
    table[3]!.name = 'another';
    expect(await attempt(onlyRejected)).toMatchObject({
      outcome: 'succeeded',
      counts: { changed: 1, pending: 1, sent: 0 },
    });
    expect(tried).toEqual([]);
  });

  it('sends refused removals too (invariant 9)', async () => {
    delete moods.refuses;
    await attempt();
    table = table.filter(({ id }) => id !== '7' && id !== '8');
    moods.refuses = () => true;
    expect(await engine.run()).toMatchObject({ counts: { removed: 2, rejected: 2 } });
    delete moods.refuses;
    table[0]!.name = 'another';
    expect(await engine.run(onlyRejected)).toMatchObject({
      counts: { removed: 2, changed: 1, sent: 2, pending: 1 },
    });
  });

  it('owes the others a new mapping', async () => {
    delete moods.refuses;
    await attempt();
    refuse('3');
    const fields = [column('name')];
    await attempt({ fields });
    expect(await attempt({ fields: [column('team')], ...onlyRejected })).toMatchObject({
      counts: { sent: 0 },
    });
    delete moods.refuses;
    expect(await attempt({ fields: [column('team')] })).toMatchObject({
      counts: { changed: 20, sent: 20 },
    });
  });
});

describe('a row that is refused again and again', () => {
  const after3 = { quarantineAfter: 3 };

  beforeEach(async () => {
    refuse('3', '12');
    for (let n = 0; n < 3; n += 1) await attempt(after3);
  });

  it('is set aside, and said to be (invariant 8)', async () => {
    const generation = manifest().generation;
    expect(await attempt(after3)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { added: 2, skipped: 2, rejected: 0, sent: 0 },
      errors: [{ failure: { kind: 'REJECTED', code: 'delivery.quarantined' }, count: 2 }],
    });
    expect(tried).toEqual([]);
    expect(manifest().generation).toBe(generation);
  });

  it('is tried when its value is another one, from one on', async () => {
    table[3]!.name = 'another';
    for (const rejected of [1, 1, 1, 0])
      expect(await attempt(after3)).toMatchObject({ counts: { rejected, skipped: 2 - rejected } });
  });

  it.each([
    ['--only rejected', { onlyRejected: true }, ['3', '12']],
    ['--full', { full: true }, Array.from({ length: 20 }, (_, n) => String(n))],
  ])('is tried when somebody asks by %s', async (_name, ask, ids) => {
    delete moods.refuses;
    const report = await attempt({ ...after3, ...asked(ask) });
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { skipped: 0 } });
    expect(tried.toSorted()).toEqual(ids.toSorted());
    expect(await attempt(after3)).toMatchObject({ counts: { unchanged: 20 } });
  });

  it('is tried under another mapping, whose record nobody has refused', async () => {
    delete moods.refuses;
    table.push({ id: '99', name: 'new', team: null });
    expect(await attempt({ ...after3, fields: [column('name')] })).toMatchObject({
      counts: { skipped: 0, sent: 21 },
    });
  });

  it('is forgotten when it leaves the query, or is as it was sent again', async () => {
    table = table.filter(({ id }) => id !== '3');
    table[0]!.name = 'another';
    await attempt(after3);
    expect(rejectedRows()).toBe(1);
  });

  it('is tried for ever where nobody sets a limit', async () => {
    expect(await attempt()).toMatchObject({ counts: { rejected: 2 } });
  });
});

it('never sets a removal aside (invariant 9)', async () => {
  await engine.run();
  table.pop();
  moods.refuses = () => true;
  for (let n = 0; n < 4; n += 1)
    expect(await engine.run({ quarantineAfter: 2 })).toMatchObject({ counts: { rejected: 1 } });
  delete moods.refuses;
  expect(await engine.run({ quarantineAfter: 2 })).toMatchObject({ counts: { sent: 1 } });
});

describe('what is known of refused rows', () => {
  it('is written when it changes, and not by a run that changes nothing', async () => {
    refuse('3');
    await engine.run();
    delete moods.refuses;
    table[3] = { ...table[4], id: '3' };
    await engine.run();
    expect(manifest().rejected).toBeUndefined();
    const objects = (): string[] =>
      [...store.objects.keys()].filter((key) => !key.includes('/log/'));
    const before = objects();
    await engine.run();
    expect(objects()).toEqual(before);
  });

  it.each(Array.from({ length: 12 }, (_, n) => n))(
    'survives a crash at write %i, like the baseline that it lies beside (invariant 3)',
    async (crash) => {
      refuse('3', '12');
      let calls = 0;
      onStore = (call) => {
        if (call === 'put' && calls++ >= crash) throw new Error('The machine is gone.');
      };
      await engine.run({ quarantineAfter: 2 });
      onStore = () => undefined;
      await engine.run({ quarantineAfter: 2 });
      await engine.run({ quarantineAfter: 2 });
      expect(await attempt({ quarantineAfter: 2 })).toMatchObject({
        counts: { unchanged: 18, skipped: 2, rejected: 0 },
      });
    },
  );

  it('stops the run when it is lost, unless everything is asked for (invariant 5)', async () => {
    refuse('3');
    await engine.run();
    await engine.close();
    engine = await openEngine({ source: memorySource(() => table), destination, store });
    for (const key of store.objects.keys())
      if (key.includes('/rejected/')) store.objects.delete(key);
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'baseline.missing' } },
    });
    expect(await engine.run(asked({ full: true }))).toMatchObject({ counts: { rejected: 1 } });
    expect(rejectedRows()).toBe(1);
  });
});
