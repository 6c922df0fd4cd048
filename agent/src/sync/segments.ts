import { copyFile, link, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { ObjectPointer, Store } from '../store/store.js';
import type { Baseline, Shape } from './baseline.js';
import type { SyncPaths } from './paths.js';
import { SpillFile } from './spill-file.js';
import type { SyncTools } from './tools.js';

/** What the next baseline is made with. */
export interface RecordContext {
  baseline: Baseline;
  /** Of the fingerprints that the parts hold. */
  shape: Shape;
  /** Start from nothing instead of from the baseline. */
  fresh: boolean;
  duck: Duck;
  tools: SyncTools;
  paths: SyncPaths;
  runId: string;
}

/** One attempt at one run. A second attempt writes other objects, as what it found may differ. */
export function writerOf({ runId, tools }: Pick<RecordContext, 'runId' | 'tools'>): string {
  return `${runId}-${tools.lease.epoch}`;
}

/** A file that a baseline keeps, and where the same bytes are in the bucket already. */
export interface KeptFile {
  file: string;
  stored?: ObjectPointer | false | undefined;
}

/**
 * Puts a file into the bucket and keeps it as the local copy of what is there. What is stored there under another name
 * is copied by the store itself, where it can.
 */
export async function keepSegment(
  tools: SyncTools,
  key: string,
  from: KeptFile,
): Promise<ObjectPointer> {
  const { file, stored } = from;
  crashPoint('segment.before');
  const pointer =
    (stored && (await copyIfPossible(tools.store, stored, key, tools.signal))) ||
    (await tools.store.upload(key, file, tools.signal));
  crashPoint('segment.after');
  await mkdir(tools.cacheDir, { recursive: true });
  const kept = join(tools.cacheDir, pointer.sha256);
  // Work and cache may be on different disks, and half a copy must not look like a whole one.
  await link(file, kept).catch(async () => {
    await copyFile(file, `${kept}.part`);
    await rename(`${kept}.part`, kept);
  });
  return pointer;
}

/** Undefined where the store can't copy by itself. */
export async function copyIfPossible(
  store: Store,
  stored: ObjectPointer,
  key: string,
  signal?: AbortSignal,
): Promise<ObjectPointer | undefined> {
  try {
    return await store.copy(stored, key, signal);
  } catch (error) {
    if (error instanceof Failure && error.code === 'store.no_copy') return undefined;
    throw error;
  }
}

/**
 * The cache links to the files that a baseline is made of, and a run may record several: were those files of the same
 * names, one record would write into the cached segments of another.
 */
export async function withOwnFolder(tools: SyncTools, name: string): Promise<SyncTools> {
  const workDir = join(tools.workDir, name);
  await mkdir(workDir, { recursive: true });
  return { ...tools, workDir };
}

/** Three unsigned columns as entries of 24 bytes. */
export async function writeFingerprints(duck: Duck, sql: string, path: string): Promise<void> {
  const file = await SpillFile.open(path);
  try {
    for await (const [low = noNumbers, high = noNumbers, row = noNumbers] of duck.numbers(sql)) {
      const entries = new BigUint64Array(low.length * 3);
      for (let n = 0; n < low.length; n += 1) {
        entries[n * 3] = low[n] ?? 0n;
        entries[n * 3 + 1] = high[n] ?? 0n;
        entries[n * 3 + 2] = row[n] ?? 0n;
      }
      await file.write(new Uint8Array(entries.buffer));
    }
  } finally {
    await file.close();
  }
}

const noNumbers = new BigUint64Array(0);
