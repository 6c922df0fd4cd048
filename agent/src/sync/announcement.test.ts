import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textsOf } from '../connector/lines.js';
import { column, openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import { batchTarget } from '../testing/batch-target.js';
import type { Head } from './baseline.js';

// Enough for two files of a plan; see added-rows.ts.
const size = 40_000;
const table: TextRow[] = Array.from({ length: size }, (_, n) => ({
  id: String(n),
  note: String(n).padEnd(600, 'x'),
}));

let onStore: (call: string, key: string) => void;
let store: MemoryStore;
let destination: MemoryDestination;
let engine: Engine;
/** What the head named when a batch arrived, in rows, and up to which row they had come by then. */
let seen: { named: number; arrived: number }[];

const appending = {
  mode: 'append' as const,
  key: [],
  onRemoved: { action: 'nothing' as const, set: [] },
  fields: [column('id'), column('note')],
};

beforeEach(async () => {
  onStore = () => undefined;
  seen = [];
  store = new MemoryStore((call, key) => onStore(call, key));
  destination = memoryDestination({
    maxRows: 1_000,
    before: () => seen.push({ named: namedRows(), arrived: destination.appended.length + 1_000 }),
  });
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(() => engine.close());

const bodyOf = (suffix: string): string => {
  const [, object] = [...store.objects].find(([key]) => key.endsWith(suffix)) ?? [];
  return Buffer.from(object!.body).toString();
};
const namedRows = (): number =>
  (JSON.parse(bodyOf('head.json')) as Head).inFlight?.parts[0]?.rows ?? 0;
const isOnceEach = (): boolean =>
  new Set(destination.appended.map(({ id }) => id)).size === destination.appended.length;

describe('a plan of several files', () => {
  it('sends only rows whose file the head names, before all of them are there', async () => {
    expect(await engine.run(appending)).toMatchObject({
      outcome: 'succeeded',
      counts: { sent: size },
    });
    expect(seen.every(({ named, arrived }) => arrived <= named)).toBe(true);
    expect(seen[0]?.named).toBeLessThan(size);
    expect(seen.at(-1)?.named).toBe(size);
    expect(await engine.run(appending)).toMatchObject({ counts: { unchanged: size, sent: 0 } });
  });

  it('sends no row while the head is still moving to its file, however many leave at once (invariant 3)', async () => {
    let heads = 0;
    const moving = Promise.withResolvers<void>();
    const slow = new Proxy(store, {
      get: (target, name: keyof MemoryStore) => {
        if (name !== 'put') return target[name];
        return async (...args: Parameters<MemoryStore['put']>) => {
          if (args[0].endsWith('head.json') && ++heads === 2) {
            moving.resolve();
            for (let turns = 0; turns < 200; turns += 1) await new Promise(setImmediate);
          }
          return target.put(...args);
        };
      },
    });
    const early: string[] = [];
    const wide = memoryDestination({
      maxRows: 1_000,
      concurrency: 8,
      before: ({ lines }) => {
        const last = textsOf(lines).at(-1)?.[0];
        if (Number(last) >= namedRows()) early.push(String(last));
      },
    });
    // One worker is still busy when the others have come to the end of the first file.
    const open = wide.open.bind(wide);
    wide.open = async (...args) => {
      const target = batchTarget(await open(...args));
      const deliver = target.deliver.bind(target);
      let batches = 0;
      target.deliver = async (...batch) => {
        const isFirst = batches++ === 0;
        const outcomes = await deliver(...batch);
        if (isFirst) await moving.promise;
        return outcomes;
      };
      return target;
    };
    const many = await openEngine({
      source: memorySource(() => table),
      destination: wide,
      store: slow,
    });
    expect(await many.run(appending)).toMatchObject({ counts: { sent: size } });
    expect(early).toEqual([]);
    await many.close();
  }); // prettier-ignore

  it.each(['the next file', 'the head that names it'])(
    'appends nothing twice when the machine goes before %s is in the bucket (invariant 3)',
    async (what) => {
      let heads = 0;
      onStore = (call, key) => {
        if (key.endsWith('head.json') && call === 'put') heads += 1;
        const isGone = what === 'the next file' ? key.endsWith('added-1.parquet') : heads > 1;
        if (isGone && call !== 'get') throw new Error('The machine is gone.');
      };
      const cut = await engine.run(appending);
      expect(cut.outcome).toBe('failed');
      expect(destination.appended.length).toBeGreaterThan(0);
      expect(destination.appended.length).toBeLessThan(size);
      onStore = () => undefined;
      expect((await engine.run(appending)).outcome).not.toBe('failed');
      expect(isOnceEach()).toBe(true);
      // Rows that an intent covered already are held, as they may have left.
      expect(size - destination.appended.length).toBeLessThanOrEqual(100);
      expect(await engine.run(appending)).toMatchObject({ counts: { unchanged: size, sent: 0 } });
    },
  );

  it('keeps what was taken when a file can not be made', async () => {
    // As a full disk would have it.
    const workDir = await mkdtemp(join(tmpdir(), 'drawbridge-announcement-'));
    await mkdir(join(workDir, 'added-1.parquet'));
    const cut = await engine.run(appending, { workDir });
    expect(cut.outcome).toBe('failed');
    expect(cut.counts.sent).toBeGreaterThan(0);
    expect(cut.counts.sent).toBeLessThan(size);
    expect(cut.counts.sent).toBe(destination.appended.length);
    expect(cut.baseline?.rows).toBe(cut.counts.sent);
  });
});
