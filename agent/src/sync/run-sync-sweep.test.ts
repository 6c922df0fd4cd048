import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { eagerClock, ids, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { Head } from './baseline.js';
import { pathsOf } from './paths.js';
import type { SyncTools } from './tools.js';

const day = 24 * 3_600_000;
const start = Date.UTC(2026, 0, 1);
const paths = pathsOf(ids);
const run = { dryRun: false, full: false, rebaseline: false, verify: false };

let table: TextRow[];
let moods: Moods;
let calls: string[];
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;
let now: number;

beforeEach(async () => {
  table = Array.from({ length: 40 }, (_, n) => ({ id: String(n), name: 'first', team: 't' }));
  moods = {};
  calls = [];
  now = start;
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => {
    calls.push(`${call} ${key}`);
    onStore(call, key);
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

/** A run at a time that bucket and agent agree on, of a table that has changed. */
async function runAt(days: number, tools: Partial<SyncTools> = {}, change = true) {
  now = store.now = start + days * day;
  if (change) table = table.map((row, n) => (n % 2 ? row : { ...row, name: `of day ${days}` }));
  return engine.run({}, { clock: { ...eagerClock, now: () => now }, ...tools });
}

const keys = (prefix: string): string[] =>
  [...store.objects.keys()].filter((key) => key.startsWith(prefix));
const gone = (some: readonly string[]): string[] => some.filter((key) => !store.objects.has(key));
const head = (): Head =>
  JSON.parse(Buffer.from(store.objects.get(paths.head)!.body).toString()) as Head;
const manifests = (): number[] =>
  keys(`${paths.baseline}manifest-`)
    .map((key) => Number(/manifest-(\d+)/.exec(key)?.[1]))
    .toSorted((a, b) => a - b);
const auditAt = async (days: number) => {
  now = store.now = start + days * day;
  return engine.run(
    { run: { ...run, verify: true } },
    { clock: { ...eagerClock, now: () => now } },
  );
};

describe('the sweep', { timeout: 30_000 }, () => {
  it('lets the bucket hold what a day of runs wrote, and no more', async () => {
    const sizes: number[] = [];
    for (let n = 0; n < 10; n += 1) {
      await runAt(n);
      sizes.push(keys(paths.baseline).length + keys(paths.runs).length);
    }
    expect(Math.max(...sizes.slice(5))).toBeLessThanOrEqual(Math.max(...sizes.slice(0, 5)));
    expect(manifests()).toEqual([9, 10]);
    expect(await auditAt(11)).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 40 } });
  });

  it('keeps everything that a baseline of the last day names', async () => {
    for (let n = 0; n < 6; n += 1) {
      await runAt(n * 0.6);
      const since = Math.max(1, head().generation - 1);
      for (let generation = since; generation <= head().generation; generation += 1)
        expect(gone(named(generation))).toEqual([]);
    }
  });

  it('asks the bucket for nothing more in an unchanged run', async () => {
    await runAt(0);
    await runAt(2);
    calls = [];
    await runAt(9, {}, false);
    expect(calls.filter((call) => /^(list|remove|put)/.test(call))).toEqual([
      expect.stringMatching(/^put .*\/log\/runs\//),
    ]);
  });

  it('sweeps once a day, however often the sync runs', async () => {
    await runAt(0);
    calls = [];
    for (let n = 1; n <= 4; n += 1) await runAt(n / 2);
    expect(calls.filter((call) => call === `list ${paths.baseline}`)).toHaveLength(2);
  });

  it('takes what attempts left that nothing ever named, plans and journals with them', async () => {
    await runAt(0);
    const orphans = [
      paths.fingerprint(1, 'added-lost-9'),
      paths.values(1, 'added-lost-9-0'),
      paths.manifest(1, 'lost-9'),
      paths.plan('lost', 9n, 'added-0'),
      paths.ack('lost', 9n, 3),
    ];
    const kept = [
      paths.fingerprint(99, 'added-later-9'),
      paths.error('lost', 'some-error'),
      `${paths.baseline}somebody-else.txt`,
    ];
    for (const key of [...orphans, ...kept]) await store.put(key, Buffer.from('x'));
    await runAt(1.5);
    expect(gone(orphans)).toEqual(orphans);
    expect(gone(kept)).toEqual([]);
  });

  it('goes by the times of the bucket, whatever the agent’s clock says', async () => {
    await runAt(0);
    const orphan = paths.fingerprint(1, 'added-lost-9');
    await store.put(orphan, Buffer.from('x'));
    table = table.slice(1);
    const clock = { ...eagerClock, now: () => start + 900 * day };
    await engine.run({}, { clock });
    expect(store.objects.has(orphan)).toBe(true);
  });

  it('keeps a plan that waits for approval for a month', async () => {
    await runAt(0);
    table = table.slice(5);
    const guards = {
      removed: { rows: 0, percent: 0, action: 'approve' as const },
      emptyResult: 'allow' as const,
    };
    const { planDigest = '' } = await engine.run({ guards });
    const waiting = () => [
      store.objects.has(paths.approval(planDigest)),
      keys(paths.runs).some((key) => key.includes('-waiting-')),
    ];
    expect(waiting()).toEqual([true, true]);
    await runAt(20);
    expect(waiting()).toEqual([true, true]);
    await runAt(40);
    expect(waiting()).toEqual([false, false]);
  });

  it('keeps plan and journal of a run that is still to be logged', async () => {
    await runAt(0);
    const denied = (call: string, key: string): void => {
      if (/^(put|copy)$/.test(call) && key.startsWith(paths.changelogs))
        throw new Failure('CONFIG', 'store.denied', 'You may not.');
    };
    onStore = denied;
    expect(await runAt(0.5)).toMatchObject({ outcome: 'failed' });
    const [owed] = head().unlogged ?? [];
    const left = keys(`${paths.runs}${owed?.runId}/`);
    expect(left.length).toBeGreaterThan(1);
    for (const days of [2, 4]) await runAt(days);
    expect(gone(left)).toEqual([]);
    onStore = () => undefined;
    for (const days of [6, 8]) await runAt(days);
    expect(head().unlogged).toBeUndefined();
    expect(keys(`${paths.runs}${owed?.runId}/`).filter((key) => !key.includes('/errors/'))).toEqual(
      [],
    );
  });

  it('warns where it may not remove, and the run goes well', async () => {
    await runAt(0);
    onStore = (call) => {
      if (call === 'remove') throw new Failure('CONFIG', 'store.denied', 'You may not.');
    };
    const report = await runAt(2);
    expect(report).toMatchObject({ outcome: 'succeeded', counts: { sent: 20 } });
    expect(report.failure).toBeUndefined();
    expect(report.errors).toMatchObject([
      { failure: { kind: 'CONFIG', code: 'baseline.not_swept' }, count: 1 },
    ]);
    onStore = () => undefined;
    expect(await runAt(4)).toMatchObject({ errors: [] });
    expect(manifests()).toEqual([2, 3]);
  });

  it('removes nothing once its lease is over (invariant 4)', async () => {
    await runAt(0);
    let isOver = false;
    onStore = (call, key) => {
      if (call === 'list' && key === paths.approvals) isOver = true;
    };
    const assertTrusted = (): void => {
      if (isOver) throw new Failure('CANCELLED', 'lease.lost', 'The lease is over.');
    };
    const before = keys(paths.runs);
    await runAt(2, { lease: { epoch: 7n, assertTrusted } });
    expect(keys(paths.runs)).toEqual(expect.arrayContaining(before));
    expect(calls.some((call) => call.startsWith('remove'))).toBe(false);
  });

  it('takes nothing that later generations need, however late it comes to it (invariant 4)', async () => {
    for (let n = 0; n < 3; n += 1) await runAt(n / 2);
    let stale: string[] = [];
    const remove = store.remove.bind(store);
    store.remove = async (some) => void (stale = [...some]);
    await runAt(3);
    store.remove = remove;
    expect(stale).not.toEqual([]);
    for (let n = 4; n < 10; n += 1) await runAt(n);
    await store.remove(stale);
    expect(await auditAt(31)).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 40 } });
  });
});

function named(generation: number): string[] {
  const key = keys(`${paths.baseline}manifest-${generation}-`)[0];
  if (key === undefined) return [`the manifest of generation ${generation}`];
  const text = Buffer.from(store.objects.get(key)!.body).toString();
  return [...text.matchAll(/"key":"([^"]+)"/g)].map(([, each = '']) => each);
}
