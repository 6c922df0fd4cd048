import type { RowStream } from '../connector/source.js';
import type { Column } from '../connector/value.js';
import { crashPoint } from '../crash-point.js';
import type { Duck } from '../duck/duck.js';
import { AddedRows } from './added-rows.js';
import type { AddedPart } from './added-rows.js';
import { fingerprintFiles, newSeed } from './baseline.js';
import type { Baseline } from './baseline.js';
import { Comparison } from './comparison.js';
import type { Compared } from './comparison.js';
import { isCompared } from './footing.js';
import type { Footing } from './footing.js';
import type { Meter } from './meter.js';
import { operationKind } from './operation.js';
import type { SyncPaths } from './paths.js';
import type { SyncRequest } from './sync-request.js';
import type { SyncTools } from './tools.js';

/** The rows of a model as this run saw them: those that the baseline has are counted, the rest is staged in files. */
export interface Snapshot extends Compared {
  seed: bigint;
  columns: readonly Column[];
  baselineRows: number;
  /** The added rows, in their order. */
  added: readonly AddedPart[];
}

interface SnapshotContext {
  /** Lets go of what is staged when the run is over. */
  open: AsyncDisposableStack;
  request: SyncRequest;
  baseline: Baseline;
  footing: Footing;
  tools: SyncTools;
  paths: SyncPaths;
  duck: Duck;
  meter: Meter;
  seed?: bigint;
}

export async function takeSnapshot(rows: RowStream, context: SnapshotContext): Promise<Snapshot> {
  const { baseline, tools, meter } = context;
  const seed = baseline.manifest ? BigInt(baseline.manifest.seed) : (context.seed ?? newSeed());
  const baselineRows = baseline.manifest?.rows ?? 0;
  const { comparison, added } = await openComparison(rows, seed, context);
  meter.enter('snapshot');
  try {
    for await (const chunk of rows.chunks) {
      tools.signal.throwIfAborted();
      await comparison.take(chunk);
      crashPoint('snapshot.chunk');
      Object.assign(meter.counts, comparison.counts);
      meter.tell();
    }
    const { compared, parts } = await finish(comparison, added);
    Object.assign(meter.counts, comparison.counts);
    return { ...compared, seed, columns: rows.columns, baselineRows, added: parts };
  } finally {
    await comparison.close();
  }
}

type MakeAdded = (name: string, isCertain: boolean) => AddedRows;

interface Opened {
  comparison: Comparison;
  added: { rows: AddedRows; make: MakeAdded };
}

async function openComparison(
  { columns }: RowStream,
  seed: bigint,
  context: SnapshotContext,
): Promise<Opened> {
  const { request, baseline, footing, tools, duck, open } = context;
  const { workDir, memoryMiB } = tools;
  const upload = uploadOf(context);
  let comparison: Comparison | undefined = undefined;
  const make: MakeAdded = (name, isCertain) => {
    const rows = new AddedRows(name, {
      duck,
      names: columns.map((column) => column.name),
      workDir,
      longestLine: () => comparison?.longestLine ?? 0,
      isCertain,
      upload,
    });
    return open.adopt(rows, (one) => one.close());
  };
  const rows = baseline.manifest?.rows ?? 0;
  const isCertain = Comparison.knowsAdded(rows, memoryMiB);
  const added = make('added', isCertain);
  comparison = await Comparison.open(
    {
      seed,
      keyFields: request.model.primaryKey.length,
      files: await fingerprintFiles(tools, baseline.manifest),
      rows,
      memoryMiB,
      workDir,
      all: footing.resend || footing.recode !== undefined || isCompared(request, footing),
      // Where nothing is removed at the destination, a row that left is only forgotten, whoever's its record is.
      foreign: operationKind(request, 'removed') === undefined,
    },
    added,
  );
  return { comparison, added: { rows: added, make } };
}

/** The query is over; what was taken for added and was not is sorted out. */
async function finish(
  comparison: Comparison,
  { rows, make }: Opened['added'],
): Promise<{ compared: Compared; parts: readonly AddedPart[] }> {
  let last = rows;
  const compared = await comparison.finish(async () => {
    const written = await rows.end();
    last = make('rewritten', false);
    return { written, added: last };
  });
  await last.end();
  return { compared, parts: last.parts };
}

/** Sends a part of the plan to the bucket before the plan is whole. What is not sent on in the end expires there. */
function uploadOf({ request, tools, paths }: SnapshotContext): AddedRowsUpload | undefined {
  if (request.run.dryRun || request.snapshots === 'hashed') return undefined;
  return async (file, name) => {
    const key = paths.plan(request.runId, tools.lease.epoch, name);
    crashPoint('plan-upload.before');
    const pointer = await tools.store.upload(key, file, tools.signal);
    crashPoint('plan-upload.after');
    return pointer;
  };
}

type AddedRowsUpload = NonNullable<ConstructorParameters<typeof AddedRows>[1]['upload']>;
