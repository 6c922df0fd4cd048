import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../connector/value.js';
import type { RowStream } from '../connector/source.js';
import type { Baseline } from './baseline.js';
import { cached, loadFingerprints, newSeed } from './baseline.js';
import { FingerprintKernel } from './fingerprint-kernel.js';
import type { Footing } from './footing.js';
import type { Meter } from './meter.js';
import { operationKind } from './operation.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';
import { crashPoint } from '../crash-point.js';
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
  /** Bytes of the longest staged line; how much room a reader of `staged` needs for one. */
  longestLine: number;
}

/** Share of the memory that fingerprints may take; beyond it the system would kill the agent. */
const kernelShare = 0.7;

export async function takeSnapshot(
  request: SyncRequest,
  rows: RowStream,
  context: {
    baseline: Baseline;
    footing: Footing;
    tools: SyncTools;
    meter: Meter;
    seed?: bigint;
  },
): Promise<Snapshot> {
  const { baseline, footing, tools, meter } = context;
  const seed = baseline.manifest ? BigInt(baseline.manifest.seed) : (context.seed ?? newSeed());
  const kernel = await FingerprintKernel.open({
    seed,
    keyFields: request.model.primaryKey.length,
    expectedRows: baseline.manifest?.rows ?? 0,
    all: footing.resend || request.run.verify,
  });
  const segments = baseline.manifest?.segments ?? [];
  const files: string[] = [];
  for (const segment of segments) files.push(await cached(tools, segment.fingerprint));
  await loadFingerprints(kernel, files);
  assertRoom(kernel, tools.memoryMiB);

  const file = (name: string): string => join(tools.workDir, name);
  const snapshot: Snapshot = {
    seed,
    columns: rows.columns,
    baselineRows: kernel.counts.baselineRows,
    staged: file('staged.tsv'),
    removed: file('removed.tsv'),
    duplicates: file('duplicates.tsv'),
    duplicateKeys: 0,
    longestLine: 0,
  };
  meter.enter('snapshot');
  await stage(snapshot.staged, async (write) => {
    for await (const chunk of rows.chunks) {
      tools.signal.throwIfAborted();
      kernel.scan(chunk, write.keep);
      await write.flush();
      crashPoint('snapshot.chunk');
      Object.assign(meter.counts, takenFrom(kernel));
      assertRoom(kernel, tools.memoryMiB);
      meter.tell();
    }
    kernel.end();
  });
  await writeParts(snapshot.removed, removedFrom(kernel, request));
  await writeParts(snapshot.duplicates, kernel.duplicates());
  snapshot.duplicateKeys = kernel.counts.duplicateKeys;
  snapshot.longestLine = kernel.counts.longestLine;
  Object.assign(meter.counts, takenFrom(kernel));
  return snapshot;
}

/**
 * Where nothing is removed at the destination, a row that left is only forgotten, whoever's its record is. An empty
 * result makes us forget nothing: were it a mistake, everything would be appended again.
 */
function removedFrom(kernel: FingerprintKernel, request: SyncRequest): Iterable<Uint8Array> {
  const isForgotten = operationKind(request, 'removed') === undefined;
  if (isForgotten && kernel.counts.queried === 0) return [];
  return kernel.removed({ foreign: isForgotten });
}

function takenFrom(kernel: FingerprintKernel): Record<string, number> {
  const { queried, unchanged, changed, added, invalid } = kernel.counts;
  return { queried, unchanged, changed, added, invalid };
}

function assertRoom(kernel: FingerprintKernel, memoryMiB: number): void {
  if (kernel.memoryBytes > memoryMiB * 2 ** 20 * kernelShare)
    throw new Failure(
      'CONFIG',
      'snapshot.too_large',
      'The model has more rows than fit into the memory of the agent: raise DRAWBRIDGE_MEMORY_MIB (40 bytes a row).',
    );
}

interface Writer {
  /** Copies what is only good until the next call. */
  keep(bytes: Uint8Array): void;
  flush(): Promise<void>;
}

async function stage(path: string, work: (write: Writer) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  let kept: Uint8Array[] = [];
  try {
    await work({
      keep: (bytes) => void kept.push(bytes.slice()),
      flush: async () => {
        const parts = kept;
        kept = [];
        for (const part of parts) await writeAll(file, part);
      },
    });
  } finally {
    await file.close();
  }
}

/** Writes parts that are only good until the next one is asked for. */
export async function writeParts(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts) await writeAll(file, part);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  try {
    let at = 0;
    while (at < part.length) at += (await file.write(part, at)).bytesWritten;
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
