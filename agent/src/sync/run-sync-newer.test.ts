import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';

// After a way back, an agent finds what a newer one has left in the bucket.

let table: TextRow[];
let store: MemoryStore;
let destination: MemoryDestination;
let engine: Engine;

beforeEach(async () => {
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `person ${n}`, team: 't' }));
  store = new MemoryStore();
  destination = memoryDestination();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
  await engine.run();
  table[3] = { ...table[3], name: 'changed' };
});
afterEach(() => engine.close());

const keyOf = (part: string): string =>
  [...store.objects.keys()].find((key) => key.includes(part)) ?? '';

async function change(key: string, more: object): Promise<Buffer> {
  const { body } = store.objects.get(key)!;
  const changed = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(body).toString()), ...more }),
  );
  await store.put(key, changed);
  return changed;
}

/** As a newer agent would have written it: the head names it by its digest. */
async function changeManifest(format: number): Promise<void> {
  const key = keyOf('manifest');
  const body = await change(key, { format });
  const sha256 = createHash('sha256').update(body).digest('hex');
  await change(keyOf('head'), { manifest: { key, sha256, bytes: body.byteLength } });
}

const whatIsThere = (): object =>
  Object.fromEntries([...store.objects].filter(([key]) => /head|baseline/.test(key)));

const tooNew = {
  outcome: 'failed',
  failure: { failure: { kind: 'CONFIG', code: 'baseline.too_new' } },
};

it('a baseline of a newer agent stops the run, which changes nothing', async () => {
  await changeManifest(3);
  destination.batches.length = 0;
  const before = whatIsThere();
  expect(await engine.run()).toMatchObject(tooNew);
  expect(destination.batches).toEqual([]);
  expect(whatIsThere()).toEqual(before);
  // The newer agent is back.
  await changeManifest(2);
  expect(await engine.run()).toMatchObject({
    outcome: 'succeeded',
    counts: { unchanged: 19, sent: 1 },
  });
});

it('whoever stays with the older agent starts over', async () => {
  await changeManifest(3);
  const full = { dryRun: false, full: true, rebaseline: false, verify: false };
  expect(await engine.run({ run: full })).toMatchObject({
    outcome: 'succeeded',
    counts: { sent: 20 },
  });
  expect(await engine.run()).toMatchObject({ outcome: 'succeeded', counts: { unchanged: 20 } });
});

it('a head of a newer agent is not moved, not even by a full run', async () => {
  await change(keyOf('head'), { format: 2 });
  const before = whatIsThere();
  expect(await engine.run()).toMatchObject(tooNew);
  const full = { dryRun: false, full: true, rebaseline: false, verify: false };
  expect(await engine.run({ run: full })).toMatchObject(tooNew);
  expect(whatIsThere()).toEqual(before);
});
