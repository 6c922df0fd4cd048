import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, Moods, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

let table: TextRow[];
let moods: Moods;
let onStore: (call: string, key: string) => void;
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;

const run = { dryRun: false, full: false, rebaseline: false, verify: false };
const nothing = { action: 'nothing' as const, set: [] };
const people = (count: number): TextRow[] =>
  Array.from({ length: count }, (_, n) => ({ id: String(n), name: `person ${n}`, team: 't' }));
const noAnswer = (): never => {
  throw new Failure('TRANSIENT', 'destination.no_answer', 'The line broke.');
};
const appending = {
  mode: 'append' as const,
  key: [],
  onRemoved: nothing,
  fields: [column('id'), column('name')],
};

beforeEach(async () => {
  table = people(20);
  moods = {};
  onStore = () => undefined;
  destination = memoryDestination(moods);
  store = new MemoryStore((call, key) => onStore(call, key));
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const byId = (a: TextRow, b: TextRow): number => Number(a.id) - Number(b.id);
const inStep = (): void =>
  expect([...destination.records.values()].toSorted(byId)).toEqual(table.toSorted(byId));

describe('a cut line', () => {
  it('leaves no record behind that may have arrived before its row left the query (invariant 3)', async () => {
    moods.after = noAnswer;
    expect(await engine.run()).toMatchObject({ outcome: 'failed', counts: { sent: 0 } });
    expect(destination.records.size).toBeGreaterThan(0);
    delete moods.after;
    table = table.slice(5);
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
    inStep();
  });

  it('loses no creation that never arrived (invariant 3)', async () => {
    moods.before = noAnswer;
    const creating = { mode: 'create' as const, onRemoved: nothing };
    expect(await engine.run(creating)).toMatchObject({ outcome: 'failed' });
    delete moods.before;
    expect(await engine.run(creating)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20 },
    });
    inStep();
  });

  it('holds appended rows whose fate is unknown, and sends them again only when told to', async () => {
    let cuts = 1;
    moods.after = () => void (cuts-- > 0 && noAnswer());
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 13, uncertain: 7 },
    });
    expect(await engine.run(appending)).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
    expect(destination.appended).toHaveLength(20);

    table.push({ id: '77', name: 'late', team: null });
    cuts = 1;
    await engine.run({ ...appending, uncertain: 'resend' });
    expect(await engine.run({ ...appending, uncertain: 'resend' })).toMatchObject({
      counts: { added: 1, sent: 1 },
    });
    expect(destination.appended.filter(({ id }) => id === '77')).toHaveLength(2);
  });
});

describe('an answer that is not understood', () => {
  it('stops the run, and appends nothing twice', async () => {
    moods.after = () => {
      throw new Failure('CONFIG', 'destination.bad_answer', 'What does it mean?');
    };
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'destination.bad_answer' } },
      counts: { uncertain: 7, pending: 13 },
    });
    delete moods.after;
    expect(await engine.run(appending)).toMatchObject({ counts: { added: 13, sent: 13 } });
    expect(destination.appended).toHaveLength(20);
  });
});

describe('a cancelled run', () => {
  it('never repeats an append that was under way (invariant 3)', async () => {
    const cancel = new AbortController();
    moods.after = () => {
      cancel.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
      cancel.signal.throwIfAborted();
    };
    expect(await engine.run(appending, { signal: cancel.signal })).toMatchObject({
      outcome: 'cancelled',
      counts: { uncertain: 7, pending: 13 },
      baseline: { rows: 7 },
    });
    delete moods.after;
    expect(await engine.run(appending)).toMatchObject({ counts: { sent: 13 } });
    expect(destination.appended).toHaveLength(20);
  });
});

describe('a failure in the middle of bisecting', () => {
  it('does not forget the half that was taken (invariant 2)', async () => {
    moods.refuses = ({ id }) => id === '6';
    moods.refusesBy = 'batch';
    let batches = 0;
    moods.before = () => {
      if (++batches === 3) throw new Failure('CONFIG', 'destination.forbidden', 'No more.');
    };
    expect(await engine.run(appending)).toMatchObject({ outcome: 'failed', counts: { sent: 3 } });
    delete moods.before;
    expect(await engine.run(appending)).toMatchObject({ counts: { sent: 16, rejected: 1 } });
    expect(new Set(destination.appended.map(({ id }) => id)).size).toBe(19);
    expect(destination.appended).toHaveLength(19);
  });
});

describe('a crash between delivery and record', () => {
  const crashAt = (part: string): void => {
    onStore = (call, key) => {
      if ((call === 'put' || call === 'copy') && key.includes(part))
        throw new Error('The machine is gone.');
    };
  };

  it.each(['/values/', 'manifest'])(
    'at %s: the same run goes on in another attempt',
    async (part) => {
      const runId = crypto.randomUUID();
      crashAt(part);
      expect(await engine.run({ runId })).toMatchObject({
        outcome: 'failed',
        counts: { sent: 20 },
      });
      onStore = () => undefined;
      table.push({ id: '77', name: 'late', team: null });
      expect(await engine.run({ runId })).toMatchObject({
        outcome: 'succeeded',
        counts: { unchanged: 20, sent: 1 },
        baseline: { rows: 21 },
      });
      inStep();
      expect(await engine.run({ run: { ...run, verify: true } })).toMatchObject({
        counts: { unchanged: 21, sent: 0 },
      });
    },
  );

  it('keeps what it settles apart from what it records itself (invariant 2)', async () => {
    const rename = (from: number): void =>
      table.slice(from, from + 5).forEach((row) => (row['name'] = `renamed ${row['id']}`));
    await engine.run();
    rename(0);
    crashAt('manifest');
    await engine.run();
    onStore = () => undefined;
    // As many rows again: files of one size, whose contents differ.
    rename(5);
    expect(await engine.run()).toMatchObject({ counts: { changed: 5, sent: 5 }, resumed: 5 });
    expect(await engine.run({ run: { ...run, verify: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20, sent: 0 },
    });
  });

  it('tells of held rows although the run that found them died before it could (invariant 3)', async () => {
    const uncertain = [{ failure: { code: 'delivery.uncertain' }, count: 20 }];
    moods.maxRows = 20;
    moods.after = noAnswer;
    crashAt('manifest');
    await engine.run(appending);
    delete moods.after;
    let hasMoved = false;
    onStore = (call, key) => {
      if (call === 'put' && hasMoved) throw new Error('The machine is gone.');
      hasMoved ||= call === 'put' && key.endsWith('head.json');
    };
    await engine.run(appending).catch(() => undefined);
    expect(hasMoved).toBe(true);
    onStore = () => undefined;
    const runId = crypto.randomUUID();
    expect(await engine.run({ ...appending, runId })).toMatchObject({
      outcome: 'completed_with_errors',
      errors: uncertain,
      counts: { sent: 0, unchanged: 20 },
    });
    // Tried again, the same run was not heard; another one has nothing new to tell.
    expect(await engine.run({ ...appending, runId })).toMatchObject({ errors: uncertain });
    expect(await engine.run(appending)).toMatchObject({ outcome: 'succeeded', errors: [] });
    expect(destination.appended).toHaveLength(20);
  });

  it('tells how much of the lost run it did not have to send again (invariant 3)', async () => {
    moods.refuses = ({ id }) => id === '3';
    crashAt('manifest');
    expect(await engine.run()).toMatchObject({ counts: { sent: 19, rejected: 1 }, resumed: 0 });
    onStore = () => undefined;
    delete moods.refuses;
    destination.batches.length = 0;
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 19, sent: 1 }, resumed: 19 });
    expect(destination.batches).toEqual([{ kind: 'upsert', size: 1 }]);
    expect(await engine.run()).toMatchObject({ counts: { sent: 0 }, resumed: 0 });
  });

  it('starts over although the baseline that it was to be added to is lost (invariant 5)', async () => {
    await engine.run();
    const [manifest] = [...store.objects.keys()].filter((key) => key.includes('manifest'));
    table[3] = { ...table[3], name: 'changed' };
    table.splice(5, 2);
    crashAt('/baseline/');
    expect(await engine.run()).toMatchObject({ outcome: 'failed', counts: { sent: 3 } });
    onStore = () => undefined;
    store.objects.delete(manifest!);
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'baseline.missing' } },
    });
    const full = { dryRun: false, full: true, rebaseline: false, verify: false };
    expect(await engine.run({ run: full })).toMatchObject({
      outcome: 'succeeded',
      counts: { added: 18, sent: 18 },
      baseline: { rows: 18 },
    });
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 18, removed: 0, sent: 0 } });
  });

  it('converges wherever it happens (invariant 3)', async () => {
    for (let crash = 0; crash < 12; crash += 1) {
      let calls = 0;
      onStore = (call) => {
        if (call === 'put' && calls++ >= crash) throw new Error('The machine is gone.');
      };
      table[crash] = { ...table[crash], name: `crash ${crash}` };
      table.splice(crash + 1, 1);
      table.push({ id: String(100 + crash), name: 'new', team: null });
      await engine.run();
      onStore = () => undefined;
      expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
      inStep();
    }
  }, 60_000);

  it('a full run starts over although the plan of the lost one has expired', async () => {
    crashAt('manifest');
    await engine.run();
    onStore = () => undefined;
    for (const key of store.objects.keys()) if (key.includes('/plan/')) store.objects.delete(key);
    const cold = await openEngine({ source: memorySource(() => table), destination, store });
    expect(await cold.run()).toMatchObject({ failure: { failure: { code: 'baseline.missing' } } });
    expect(await cold.run({ run: { ...run, full: true } })).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: 20 },
    });
    await cold.close();
    inStep();
  });

  it('a journal that can not be written stops the run, and not the agent', async () => {
    table = people(3_000);
    const unhandled: unknown[] = [];
    const keep = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', keep);
    let intents = 0;
    onStore = (call, key) => {
      if (call === 'put' && key.includes('/acks/') && ++intents > 2)
        throw new Failure('TRANSIENT', 'store.unreachable', 'Gone.');
    };
    expect(await engine.run()).toMatchObject({
      outcome: 'failed',
      failure: { failure: { code: 'store.unreachable' } },
    });
    onStore = () => undefined;
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded' });
    inStep();
    process.off('unhandledRejection', keep);
    expect(unhandled).toEqual([]);
  });
});

describe('the cache', () => {
  it('takes no copy for whole that was cut short (invariant 5)', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'drawbridge-cache-'));
    await engine.run({}, { cacheDir });
    const files = await readdir(cacheDir, { recursive: true, withFileTypes: true });
    for (const file of files)
      if (file.isFile()) await truncate(join(file.parentPath, file.name), 24);
    expect(await engine.run({}, { cacheDir })).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20 },
    });
    await rm(cacheDir, { recursive: true });
  });

  it('keeps what other syncs have in it', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'drawbridge-cache-'));
    const other = { syncId: '00000000-0000-4000-8000-000000000003' };
    await engine.run({}, { cacheDir });
    await engine.run(other, { cacheDir });
    const downloads: string[] = [];
    onStore = (call, key) => void (call === 'download' && downloads.push(key));
    await engine.run({}, { cacheDir });
    expect(downloads).toEqual([]);
    await rm(cacheDir, { recursive: true });
  });
});

describe('a mapping that changes', () => {
  it('reads baselines from before it had a column', async () => {
    moods.refuses = ({ team, id }) => team !== undefined && id === '4';
    await engine.run({ fields: [column('name')] });
    await engine.run();
    delete moods.refuses;
    table[7] = { ...table[7], name: 'changed' };
    expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { sent: 2 } });
    inStep();
  });
});

describe('a key that is not the primary key', () => {
  const byName = { key: [{ field: 'name', column: 'name' }], fields: [column('team')] };

  it.each([
    ['mirror', 'delete'],
    ['upsert', 'archive'],
  ] as const)('is refused where records are removed: %s, %s', async (mode, action) => {
    for (const key of [byName.key, [], [{ field: 'id', column: 'id' }, ...byName.key]])
      expect(
        await engine.run({ ...byName, key, mode, onRemoved: { action, set: [] } }),
      ).toMatchObject({
        outcome: 'failed',
        counts: { queried: 0, sent: 0 },
        failure: { failure: { kind: 'CONFIG', code: 'mapping.key_not_primary' } },
      });
  });

  it('is fine where nothing is removed; of two rows with one key the last one wins', async () => {
    table = people(3).map((row) => ({ ...row, name: 'shared', team: row.id! }));
    const request = { ...byName, mode: 'upsert' as const, onRemoved: nothing };
    expect(await engine.run(request)).toMatchObject({ outcome: 'succeeded', counts: { sent: 3 } });
    expect([...destination.records.values()]).toEqual([{ name: 'shared', team: '2' }]);
  });
});

describe('a record that the destination skipped', () => {
  it('is not ours to remove, even after its row changed (invariant 9)', async () => {
    const creating = { mode: 'create' as const };
    destination.records.set('["1"]', { id: '1', name: 'theirs' });
    expect(await engine.run(creating)).toMatchObject({ counts: { sent: 19, skipped: 1 } });
    expect(await engine.run(creating)).toMatchObject({ counts: { unchanged: 20 } });
    table[1] = { ...table[1], name: 'changed' };
    expect(await engine.run(creating)).toMatchObject({ counts: { changed: 1, skipped: 1 } });
    table.splice(0, 2);
    expect(await engine.run(creating)).toMatchObject({ counts: { removed: 1, sent: 1 } });
    expect(destination.records.get('["1"]')).toEqual({ id: '1', name: 'theirs' });
    expect(destination.records.has('["0"]')).toBe(false);
  });
});

describe('a template that fails for some rows', () => {
  it('refuses these, sends the others, and tries them again', async () => {
    const template = "{% if name == 'person 3' %}{{ name.nope }}{% endif %}{{ name | upcase }}";
    const fields = [
      { field: 'name', value: { kind: 'template' as const, template }, nulls: 'send' as const },
    ];
    expect(await engine.run({ fields })).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { sent: 19, rejected: 1 },
      errors: [{ failure: { kind: 'REJECTED', code: 'record.template_failed' }, count: 1 }],
    });
    expect(destination.records.get('["4"]')).toEqual({ id: '4', name: 'PERSON 4' });
    expect(destination.records.has('["3"]')).toBe(false);
    table[3] = { ...table[3], name: 'fine' };
    expect(await engine.run({ fields })).toMatchObject({ counts: { added: 1, sent: 1 } });
  });
});

describe('a second attempt at a run', () => {
  it('gives its batches other names, as they hold other rows', async () => {
    const runId = crypto.randomUUID();
    const names: string[] = [];
    moods.after = ({ idempotencyKey }) => {
      names.push(idempotencyKey);
      if (names.length === 2) noAnswer();
    };
    await engine.run({ runId, ...appending });
    delete moods.after;
    moods.before = ({ idempotencyKey }) => void names.push(idempotencyKey);
    await engine.run({ runId, ...appending });
    expect(names.length).toBeGreaterThan(2);
    expect(new Set(names).size).toBe(names.length);
  });
});
