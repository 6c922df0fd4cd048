import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { moveHead } from './baseline.js';
import type { Baseline, Manifest, Segment } from './baseline.js';
import { compact, needsCompaction } from './compact.js';
import type { Change } from './mapping.js';
import type { SyncPaths } from './paths.js';
import { countRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { SyncTools } from './tools.js';

/** A part of a plan, and what of it goes into the baseline. */
export interface Recorded {
  change: Change;
  rows: number;
  /** Parquet with `ord`, fingerprints and values. */
  file: string;
  /** Rows that keep their former entry, or none: they were not taken. */
  except: Range[];
  /** Rows that may have been taken: recorded so that they are sent again, or removed if they leave the query. */
  unknown: Range[];
}

export interface RecordContext {
  baseline: Baseline;
  /** Seed and columns of the fingerprints that the parts hold. */
  shape: { seed: bigint; columns: readonly Column[]; keyColumns: number };
  /** Start from nothing instead of from the baseline. */
  fresh: boolean;
  duck: Duck;
  tools: SyncTools;
  paths: SyncPaths;
  runId: string;
}

/** The row fingerprint that no row has: whatever the query gives for the key, it differs. */
const unknownFingerprint = '8::ubigint';

/** What was acknowledged becomes the next baseline, all or nothing: new immutable segments, then the head moves. */
export async function record(
  parts: readonly Recorded[],
  context: RecordContext,
): Promise<Baseline> {
  const { baseline, tools, paths, runId } = context;
  const former = context.fresh ? undefined : baseline.manifest;
  const generation = baseline.head.generation + 1;
  const segments: Segment[] = [];
  for (const part of parts) {
    const segment = await makeSegment(part, generation, context);
    if (segment) segments.push(segment);
  }
  let manifest: Manifest = {
    format: 1,
    generation,
    seed: String(context.shape.seed),
    columns: [...context.shape.columns],
    keyColumns: context.shape.keyColumns,
    rows: rowsAfter(former, parts),
    segments: [...(former?.segments ?? []), ...segments],
  };
  if (needsCompaction(manifest)) manifest = await compact(manifest, context);
  const body = Buffer.from(JSON.stringify(manifest));
  const pointer: ObjectPointer = {
    key: paths.manifest(generation, runId),
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  await tools.store.put(pointer.key, body, { ifNoneMatch: '*' });
  tools.lease.assertTrusted();
  const head = { generation, epoch: String(tools.lease.epoch), runId, manifest: pointer };
  const etag = await moveHead(tools.store, { paths, etag: baseline.etag }, head);
  await dropStale(tools.cacheDir, manifest);
  return { head, etag, manifest };
}

/** Uploads a file and keeps it as the local copy of what is in the bucket. */
export async function keepSegment(
  tools: SyncTools,
  key: string,
  file: string,
): Promise<ObjectPointer> {
  const pointer = await tools.store.upload(key, file, tools.signal);
  await mkdir(tools.cacheDir, { recursive: true });
  const kept = join(tools.cacheDir, pointer.sha256);
  await rename(file, kept).catch(() => copyFile(file, kept));
  return pointer;
}

async function makeSegment(
  part: Recorded,
  generation: number,
  context: RecordContext,
): Promise<Segment | undefined> {
  const { duck, tools, paths, runId } = context;
  const rows = part.rows - countRanges(part.except);
  if (rows === 0) return undefined;
  const name = `${part.change}-${runId}`;
  const isWhole = part.except.length === 0 && part.unknown.length === 0;
  const values = join(tools.workDir, `values-${part.change}.parquet`);
  if (isWhole && part.change !== 'removed') await copyFile(part.file, values);
  else await writeChosen(part, values, { duck, workDir: tools.workDir });
  const fingerprint = join(tools.workDir, `fingerprint-${part.change}`);
  await writeFingerprints(
    duck,
    `select klo, khi, rh from read_parquet(${quoteText(values)})`,
    fingerprint,
  );
  return {
    kind: part.change === 'removed' ? 'remove' : 'put',
    rows,
    fingerprint: await keepSegment(tools, paths.fingerprint(generation, name), fingerprint),
    values: await keepSegment(tools, paths.values(generation, name), values),
  };
}

async function writeChosen(
  part: Recorded,
  file: string,
  context: { duck: Duck; workDir: string },
): Promise<void> {
  const { duck, workDir } = context;
  const except = await rangeTable('except', part.except, { part, workDir });
  const unknown = await rangeTable('unknown', part.unknown, { part, workDir });
  const columns =
    part.change === 'removed'
      ? 'p.klo, p.khi, 0::ubigint as rh'
      : `p.* replace (case when u.first is null then p.rh else ${unknownFingerprint} end as rh)`;
  await duck.run(`copy (select ${columns} from read_parquet(${quoteText(part.file)}) as p
      anti join ${except} as e on p.ord >= e.first and p.ord < e.last
      ${part.change === 'removed' ? '' : `left join ${unknown} as u on p.ord >= u.first and p.ord < u.last`})
    to ${quoteText(file)} (format parquet, compression zstd, compression_level 1)`);
}

async function rangeTable(
  name: string,
  ranges: readonly Range[],
  context: { part: Recorded; workDir: string },
): Promise<string> {
  const file = join(context.workDir, `${name}-${context.part.change}.tsv`);
  await writeFile(file, ranges.map(([from, to]) => `${from}\t${to}\n`).join(''));
  return `read_csv(${quoteText(file)}, delim = '\t', header = false, auto_detect = false,
    columns = {'first': 'UBIGINT', 'last': 'UBIGINT'})`;
}

/** Three unsigned columns as entries of 24 bytes. */
export async function writeFingerprints(duck: Duck, sql: string, path: string): Promise<void> {
  const file = await open(path, 'w');
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

function rowsAfter(former: Manifest | undefined, parts: readonly Recorded[]): number {
  const taken = (change: Change): number =>
    parts
      .filter((part) => part.change === change)
      .reduce((sum, part) => sum + part.rows - countRanges(part.except), 0);
  return (former?.rows ?? 0) + taken('added') - taken('removed');
}

/** Local copies of segments that no baseline names any more. */
async function dropStale(cacheDir: string, manifest: Manifest): Promise<void> {
  const named = new Set(
    manifest.segments.flatMap((segment) => [segment.fingerprint.sha256, segment.values.sha256]),
  );
  for (const file of await readdir(cacheDir).catch(() => []))
    if (!named.has(file)) await rm(join(cacheDir, file), { force: true });
}
