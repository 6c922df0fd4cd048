import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationKind } from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { moveHead, pointersOf } from './baseline.js';
import type { Baseline, Head, Manifest, Segment, Shape } from './baseline.js';
import { compact, needsCompaction } from './compact.js';
import { heldAfter } from './held.js';
import { owedAfter } from './late-log.js';
import { bareFingerprint, keptNames } from './hashing.js';
import { valueColumn } from './mapping.js';
import type { Change } from './mapping.js';
import type { StagedRows } from './plan.js';
import { nextRejected } from './rejected.js';
import type { AnsweredPart } from './rejected.js';
import { keepSegment, writeFingerprints, writerOf } from './segments.js';
import type { KeptFile, RecordContext } from './segments.js';
import { standings } from './settle.js';
import type { Settled, Standing } from './settle.js';
import { horizonAfter } from './sweep.js';
import { asParquet, parquet } from './work-files.js';

/** A part of a plan, and what of it goes into the baseline. */
export interface Recorded extends AnsweredPart {
  /** Absent when the rows were not sent, only recorded. */
  kind?: OperationKind | undefined;
  rows: number;
  /** Parquet with `ord`, fingerprints and values. */
  files: readonly string[];
  /** The same in the bucket, one for one, as far as they are there. */
  stored?: readonly (ObjectPointer | undefined)[] | undefined;
  /** The fingerprints, as the snapshot has them. */
  staged?: StagedRows;
  /** What of them; absent when they were only recorded: everything. */
  settled?: Settled;
}

/** The row fingerprint that no row has: whatever the query gives for the key, it differs. */
const unknownFingerprint = '8::ubigint';
/** Lowest three bits of a row fingerprint in a segment: 0, or 1 for a row that the destination skipped. */
const ownFingerprint = 'p.rh - p.rh % 8';
const foreignFingerprint = `${ownFingerprint} + 1`;
/** Unknown, and still whoever's it was. */
const staleFingerprint = `${unknownFingerprint} + p.rh % 8`;

/** What was acknowledged becomes the next baseline, all or nothing: new immutable segments, then the head moves. */
export async function record(
  parts: readonly Recorded[],
  context: RecordContext,
): Promise<Baseline> {
  const { baseline, tools, paths, runId } = context;
  const former = context.fresh ? undefined : baseline.manifest;
  const generation = baseline.head.generation + 1;
  const made: SegmentFiles[] = [];
  for (const part of parts) {
    const files = await makeFiles(part, context);
    if (files) made.push(files);
  }
  const segments = await Promise.all(made.map((files) => keepFiles(files, generation, context)));
  let manifest: Manifest = {
    format: 2,
    generation,
    seed: String(context.shape.seed),
    columns: [...context.shape.columns],
    keyColumns: context.shape.keyColumns,
    target: context.shape.target,
    place: context.shape.place,
    form: context.shape.form,
    mapping: context.shape.mapping,
    mac: context.shape.mac,
    rows: rowsAfter(former, parts),
    segments: [...(former?.segments ?? []), ...segments],
    rejected: await nextRejected(former?.rejected, parts, { ...context, generation }),
  };
  if (needsCompaction(manifest, tools.memoryMiB)) manifest = await compact(manifest, context);
  const body = Buffer.from(JSON.stringify(manifest));
  const pointer: ObjectPointer = {
    key: paths.manifest(generation, writerOf(context)),
    bytes: body.length,
    sha256: createHash('sha256').update(body).digest('hex'),
  };
  crashPoint('manifest.before');
  await tools.store.put(pointer.key, body, { ifNoneMatch: '*' });
  crashPoint('manifest.after');
  tools.lease.assertTrusted();
  const head: Head = {
    generation,
    epoch: String(tools.lease.epoch),
    runId,
    manifest: pointer,
    ...heldAfter(baseline.head.held, runId, parts),
    ...owedAfter(baseline.head),
    horizon: horizonAfter(baseline.head.horizon, { generation, manifest: pointer }, tools),
  };
  crashPoint('head.before');
  const etag = await moveHead(tools.store, { paths, etag: baseline.etag }, head);
  crashPoint('head.after');
  await dropStale(tools.cacheDir, manifest);
  return { head, etag, manifest };
}

/** What a segment is made of, before it is in the bucket. */
interface SegmentFiles {
  change: Change;
  rows: number;
  fingerprint: KeptFile;
  values: KeptFile[];
}

async function makeFiles(
  part: Recorded,
  context: RecordContext,
): Promise<SegmentFiles | undefined> {
  const { change, staged } = part;
  const isHashed = context.shape.mac !== undefined;
  const rows = keptRows(part);
  if (rows === 0) return undefined;
  const { taken, held } = part.settled?.rows ?? { taken: rows, held: 0 };
  const isAsPlanned = taken + held === part.rows && change === 'added';
  const files = isAsPlanned ? part.files : [await writeChosen(part, context)];
  const fingerprint =
    isAsPlanned && staged
      ? { file: staged.fingerprints.file, stored: await staged.fingerprints.onItsWay }
      : { file: await fingerprintsOf(change, files, context) };
  const bare = isHashed ? [await withoutFingerprints(part, files, context)] : files;
  const isAsStored = isAsPlanned && !isHashed;
  const values = bare.map((file, n) => ({ file, stored: isAsStored && part.stored?.[n] }));
  return { change, rows, fingerprint, values };
}

async function keepFiles(
  { change, rows, fingerprint, values }: SegmentFiles,
  generation: number,
  context: RecordContext,
): Promise<Segment> {
  const { tools, paths } = context;
  const name = `${change}-${writerOf(context)}`;
  const [kept, ...keptValues] = await Promise.all([
    keepSegment(tools, paths.fingerprint(generation, name), fingerprint),
    ...values.map((each, n) => keepSegment(tools, paths.values(generation, `${name}-${n}`), each)),
  ]);
  return {
    kind: change === 'removed' ? 'remove' : 'put',
    isNew: change === 'added',
    rows,
    fingerprint: kept,
    values: keptValues,
  };
}

async function fingerprintsOf(
  change: Change,
  files: readonly string[],
  { duck, tools }: RecordContext,
): Promise<string> {
  const path = join(tools.workDir, `fingerprint-${change}`);
  await writeFingerprints(duck, `select klo, khi, rh from ${parquet(files)}`, path);
  return path;
}

/** A fast hash of values that are not to be known must not lie beside their HMAC. */
async function withoutFingerprints(
  { change }: Recorded,
  files: readonly string[],
  { duck, tools }: RecordContext,
): Promise<string> {
  const file = join(tools.workDir, `bare-${change}.parquet`);
  await duck.run(`copy (select * replace (${bareFingerprint('rh')} as rh) from ${parquet(files)})
    to ${quoteText(file)} ${asParquet}`);
  return file;
}

async function writeChosen(part: Recorded, { duck, tools, shape }: RecordContext): Promise<string> {
  const file = join(tools.workDir, `values-${part.change}.parquet`);
  const { settled } = part;
  if (!settled) {
    await duck.run(`copy (${chosenSql(part, shape)}) to ${quoteText(file)} ${asParquet}`);
    return file;
  }
  await duck.withNumbers(
    (row) => standings.indexOf(settled.of(row)),
    (numberOf) =>
      duck.run(`copy (${chosenSql(part, shape, numberOf('ord'))})
        to ${quoteText(file)} ${asParquet}`),
  );
  return file;
}

/** `standing`: SQL of each row's, by its number. */
function chosenSql(part: Recorded, shape: Shape, standing?: string): string {
  const from = standing
    ? `(select *, ${standing} as standing from ${parquet(part.files)}) as p
        where p.standing <> ${numberOf('former')}`
    : `${parquet(part.files)} as p`;
  if (part.change === 'removed') return `select p.klo, p.khi, 0::ubigint as rh from ${from}`;
  const own = part.kind === undefined ? 'p.rh' : ownFingerprint;
  const marked = standing
    ? `case p.standing when ${numberOf('unknown')} then ${unknownFingerprint}
        when ${numberOf('skipped')} then ${foreignFingerprint}
        when ${numberOf('stale')} then ${staleFingerprint} else ${own} end`
    : own;
  // Not the former values that a plan of changes has beside them.
  const columns = keptNames(shape).map((name) => `p.${valueColumn(name)}`);
  return `select p.ord, p.klo, p.khi, ${marked} as rh, ${columns.join(', ')} from ${from}`;
}

const numberOf = (standing: Standing): number => standings.indexOf(standing);

const keptRows = ({ rows, settled }: Recorded): number => rows - (settled?.rows.former ?? 0);

function rowsAfter(former: Manifest | undefined, parts: readonly Recorded[]): number {
  const taken = (change: Change): number =>
    parts.filter((part) => part.change === change).reduce((sum, part) => sum + keptRows(part), 0);
  return (former?.rows ?? 0) + taken('added') - taken('removed');
}

/** Local copies of segments that no baseline names any more. */
async function dropStale(cacheDir: string, manifest: Manifest): Promise<void> {
  const named = new Set(pointersOf(manifest).map(({ sha256 }) => sha256));
  for (const file of await readdir(cacheDir).catch(() => []))
    if (!named.has(file)) await rm(join(cacheDir, file), { force: true });
}
