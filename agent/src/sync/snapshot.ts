import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../connector/value.js';
import type { RowStream } from '../connector/source.js';
import type { Baseline } from './baseline.js';
import { cached, loadFingerprints, newSeed } from './baseline.js';
import { FingerprintKernel } from './fingerprint-kernel.js';
import type { Meter } from './meter.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';
import { Failure } from '../failure.js';

/** The rows of a model as this run saw them: those that the baseline has are counted, the rest is staged in files. */
export interface Snapshot {
  seed: bigint;
  columns: readonly Column[];
  baselineRows: number;
  /** Lines of class, ordinal, entry, key fingerprint (2), row fingerprint, then the row's fields. */
  staged: string;
  /** Lines of key fingerprints (2) that the query no longer has. */
  removed: string;
  /** Numbers of entries whose key came more than once; empty when none did. */
  duplicates: string;
  duplicateKeys: number;
}

/** Invalid rows beyond what the memory holds would be killed by the system; this says so instead. */
const bytesPerRow = 34;

export async function takeSnapshot(
  request: SyncRequest,
  rows: RowStream,
  context: { baseline: Baseline; tools: SyncTools; meter: Meter },
): Promise<Snapshot> {
  const { baseline, tools, meter } = context;
  const seed = baseline.manifest ? BigInt(baseline.manifest.seed) : newSeed();
  const kernel = await FingerprintKernel.open({
    seed,
    keyFields: request.model.primaryKey.length,
    expectedRows: baseline.manifest?.rows ?? 0,
    all: request.run.full || request.run.verify,
  });
  const segments = baseline.manifest?.segments ?? [];
  const files: string[] = [];
  for (const segment of segments) files.push(await cached(tools, segment.fingerprint));
  await loadFingerprints(kernel, files);

  const file = (name: string): string => join(tools.workDir, name);
  const snapshot: Snapshot = {
    seed,
    columns: rows.columns,
    baselineRows: kernel.counts.baselineRows,
    staged: file('staged.tsv'),
    removed: file('removed.tsv'),
    duplicates: file('duplicates.tsv'),
    duplicateKeys: 0,
  };
  meter.enter('snapshot');
  await stage(snapshot.staged, async (write) => {
    for await (const chunk of rows.chunks) {
      tools.signal.throwIfAborted();
      kernel.scan(chunk, write.keep);
      await write.flush();
      Object.assign(meter.counts, takenFrom(kernel));
      assertRoom(kernel, tools.memoryMiB);
      meter.tell();
    }
    kernel.end();
  });
  await stage(snapshot.removed, (write) => write.through((keep) => kernel.removed(keep)));
  await stage(snapshot.duplicates, (write) => write.through((keep) => kernel.duplicates(keep)));
  snapshot.duplicateKeys = kernel.counts.duplicateKeys;
  Object.assign(meter.counts, takenFrom(kernel));
  return snapshot;
}

function takenFrom(kernel: FingerprintKernel): Record<string, number> {
  const { queried, unchanged, changed, added, invalid } = kernel.counts;
  return { queried, unchanged, changed, added, invalid };
}

function assertRoom(kernel: FingerprintKernel, memoryMiB: number): void {
  const { baselineRows, added } = kernel.counts;
  if (((baselineRows + added) * bytesPerRow) / 2 ** 20 > memoryMiB * 0.7)
    throw new Failure(
      'CONFIG',
      'snapshot.too_large',
      'The model has more rows than fit into the memory of the agent: raise DRAWBRIDGE_MEMORY_MIB (34 bytes a row).',
    );
}

interface Writer {
  /** Copies; the bytes may change as soon as it returns. */
  keep(bytes: Uint8Array): void;
  flush(): Promise<void>;
  through(produce: (keep: (bytes: Uint8Array) => void) => void): Promise<void>;
}

async function stage(path: string, work: (write: Writer) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await work(writerOf(file));
  } finally {
    await file.close();
  }
}

function writerOf(file: FileHandle): Writer {
  let kept: Uint8Array[] = [];
  const keep = (bytes: Uint8Array): void => void kept.push(bytes.slice());
  const flush = async (): Promise<void> => {
    const parts = kept;
    kept = [];
    if (parts.length > 0) await writeAll(file, parts);
  };
  return {
    keep,
    flush,
    through: async (produce) => {
      produce(keep);
      await flush();
    },
  };
}

async function writeAll(file: FileHandle, parts: Uint8Array[]): Promise<void> {
  try {
    for (const part of parts) {
      let at = 0;
      while (at < part.length) at += (await file.write(part, at)).bytesWritten;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new Failure(
      'CONFIG',
      'agent.disk_full',
      'The work folder is full: give it more room or make the model smaller.',
      { cause: error },
    );
  }
}
