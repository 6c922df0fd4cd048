import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDuck } from '../duck/duck.js';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination, TextRow } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { ObjectPointer } from '../store/store.js';
import type { Head, Manifest } from './baseline.js';

// An audit: every value is compared, and no fingerprint believed.

let table: TextRow[];
let destination: MemoryDestination;
let store: MemoryStore;
let engine: Engine;
let directory: string;

const options = { dryRun: false, full: false, rebaseline: false, verify: false };
const verify = { run: { ...options, verify: true } };

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-verify-'));
  table = Array.from({ length: 20 }, (_, n) => ({ id: String(n), name: `n ${n}`, team: 't' }));
  destination = memoryDestination();
  store = new MemoryStore();
  engine = await openEngine({ source: memorySource(() => table), destination, store });
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

const textOf = (key: string): string => Buffer.from(store.objects.get(key)?.body ?? []).toString();
const putAgain = async (key: string, body: Uint8Array): Promise<ObjectPointer> => {
  await store.put(key, body);
  return { key, bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') };
};

/** As if two values had one fingerprint: the fingerprints of the baseline stay, its values become others. */
async function plant(name: string): Promise<void> {
  const headKey = [...store.objects.keys()].find((key) => key.endsWith('/head.json'))!;
  const head = JSON.parse(textOf(headKey)) as Head;
  const manifest = JSON.parse(textOf(head.manifest!.key)) as Manifest;
  const segment = manifest.segments[0]!;
  const [from, to] = [join(directory, 'from.parquet'), join(directory, 'to.parquet')];
  await writeFile(from, store.objects.get(segment.values[0]!.key)!.body);
  const duck = await openDuck({ directory, memoryMiB: 96 });
  await duck.run(`copy (select * replace (${name} as "c:name")
    from '${from}') to '${to}' (format parquet)`);
  duck.close();
  segment.values = [await putAgain(segment.values[0]!.key, await readFile(to))];
  head.manifest = await putAgain(head.manifest!.key, Buffer.from(JSON.stringify(manifest)));
  await putAgain(headKey, Buffer.from(JSON.stringify(head)));
}
const plantThree = (): Promise<void> =>
  plant(`case when "c:id" in ('3', '5', '7') then 'former' else "c:name" end`);

/** The newest row of the runs table. */
async function lastRun(columns: string): Promise<unknown[]> {
  const file = join(directory, 'run.parquet');
  const key = [...store.objects.keys()].filter((each) => each.includes('/log/runs/')).at(-1)!;
  await writeFile(file, store.objects.get(key)!.body);
  const duck = await openDuck({ directory, memoryMiB: 96 });
  const [row = []] = await duck.rows(`select ${columns} from '${file}'`);
  duck.close();
  return row;
}

describe('a run with --verify', () => {
  it('finds the change that a fingerprint hid, and sends it (invariants 2, 8)', async () => {
    await engine.run();
    await plantThree();
    expect(await engine.run()).toMatchObject({ counts: { unchanged: 20, sent: 0 } });
    expect(await lastRun('verify, missed')).toEqual([false, null]);

    table[9]!.name = 'seen by any run';
    destination.records.get('["5"]')!['name'] = 'former';
    expect(await engine.run(verify)).toMatchObject({
      outcome: 'completed_with_errors',
      counts: { unchanged: 16, changed: 4, sent: 4 },
      missed: 3,
      errors: [{ failure: { code: 'snapshot.missed' }, count: 3 }],
    });
    expect(destination.records.get('["5"]')).toMatchObject({ name: 'n 5' });
    expect(await lastRun('verify, missed::int')).toEqual([true, 3]);
    expect(await engine.run(verify)).toMatchObject({ counts: { unchanged: 20 }, missed: 0 });
  });

  it('writes its report and nothing else where all is well', async () => {
    await engine.run();
    const written = store.objects.size;
    expect(await engine.run(verify)).toMatchObject({
      outcome: 'succeeded',
      counts: { unchanged: 20, sent: 0 },
      missed: 0,
      errors: [],
    });
    expect(store.objects.size).toBe(written + 1);
    expect(await lastRun('verify, missed::int')).toEqual([true, 0]);
  });

  it('compares by the HMAC where no values are kept', async () => {
    const hashed = { snapshots: 'hashed' as const };
    await engine.run(hashed);
    expect(await engine.run({ ...hashed, ...verify })).toMatchObject({
      counts: { unchanged: 20 },
      missed: 0,
    });
  });

  it('finds it with --full, and in rows out of their place', async () => {
    await engine.run();
    await plantThree();
    table.reverse();
    const both = { run: { ...verify.run, full: true, dryRun: true } };
    expect(await engine.run(both)).toMatchObject({ counts: { changed: 20 }, missed: 3 });
    expect(await engine.run(verify)).toMatchObject({ counts: { changed: 3 }, missed: 3 });
  });
});
