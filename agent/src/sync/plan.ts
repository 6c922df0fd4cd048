import { join } from 'node:path';
import type { OperationKind } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import type { AddedPart } from './added-rows.js';
import type { Footing } from './footing.js';
import { leaveOut } from './left-out.js';
import type { Left } from './left-out.js';
import type { Change, Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import { operationKind } from './operation.js';
import type { Snapshot } from './snapshot.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';
import { asParquet, parquet } from './work-files.js';

/** The operations of one change, in order: Parquet with `ord` 0, 1, 2, …, fingerprints, values and old values. */
export interface PlanPart {
  change: Change;
  /** What is sent; undefined when the rows are only recorded. */
  kind: OperationKind | undefined;
  rows: number;
  /** Where they were staged, made when they are asked for: see `whole`. */
  files: readonly string[];
  /** Where the rows are as the snapshot staged them, one for one. */
  staged?: StagedRows;
  /** Where no values may rest in the bucket. */
  sealed?: SealedRows;
}

/** A part of a plan without its values. */
export interface SealedRows {
  /** With the fingerprints of rows; stays here. */
  kept: string;
  /** What may rest in the bucket. */
  told: string;
}

/** Fields before the row's own in a staged line. */
export const stagedPrefix = 4;

export interface StagedRows {
  /** Their lines are of number, key fingerprint (2), row fingerprint and the row. */
  parts: readonly AddedPart[];
  /** Fingerprint entries; in the bucket already where they were sent while the rows were. */
  fingerprints: { file: string; onItsWay?: Promise<ObjectPointer | undefined> };
}

/** Resolves when the files of a part are there. */
export async function whole({ staged }: Pick<PlanPart, 'staged'>): Promise<void> {
  for (const each of staged?.parts ?? []) await each.convert();
}

/** SQL of a part's rows. */
export function rowsOf({ files }: { files: readonly string[] }): string {
  return parquet(files);
}

/** SQL of those that this run may send. */
export function sentOf(part: PlanPart & { upTo?: number }): string {
  const { rows, upTo = rows } = part;
  return upTo < rows ? `(select * from ${rowsOf(part)} where ord < ${upTo})` : rowsOf(part);
}

/** Rows of a change that are not sent although others of it may be. */
export interface LeftOut {
  change: Change;
  outcome: 'withheld' | 'rejected' | 'skipped';
  rows: number;
  files: readonly string[];
}

export interface Plan {
  /** None of them is empty. */
  parts: PlanPart[];
  leftOut: LeftOut[];
}

export interface PlanContext {
  snapshot: Snapshot;
  withheld: ReadonlySet<Change>;
  /** Nothing is sent: every change only becomes known. */
  recordOnly: boolean;
  footing: Footing;
  duck: Duck;
  meter: Meter;
  tally: Tally;
  workDir: string;
}

/** Removals first, so that they free what added rows may need. */
const order: readonly Change[] = ['removed', 'changed', 'added'];

/** Changes + mapping + mode → operations, written before the first one leaves. */
export async function plan(
  request: SyncRequest,
  mapping: Mapping,
  context: PlanContext,
): Promise<Plan> {
  const { withheld, meter } = context;
  const result: Plan = { parts: [], leftOut: [] };
  for (const change of order) {
    const counted = meter.counts[change];
    if (counted === 0) continue;
    const kind = context.recordOnly ? undefined : operationKind(request, change);
    const left = withheld.has(change)
      ? [{ outcome: 'withheld' as const, rows: counted, where: 'true' }]
      : kind
        ? await leaveOut(change, mapping, { ...context, request })
        : [];
    result.leftOut.push(...(await keepLeftOut(change, left, context)));
    const rows = left.reduce((rest, one) => rest - one.rows, counted);
    if (rows === 0) continue;
    const where = left.map((one) => `not (${one.where})`).join(' and ') || undefined;
    result.parts.push({ change, kind, rows, ...(await writePart(change, where, context)) });
    if (kind === undefined) meter.counts.skipped += rows;
    else meter.planned += rows;
  }
  return result;
}

/** Counts them; they keep their place in the baseline, and the log tells of them. */
async function keepLeftOut(
  change: Change,
  left: readonly (Left | { outcome: 'withheld'; rows: number; where: string })[],
  { duck, meter, workDir }: Pick<PlanContext, 'duck' | 'meter' | 'workDir'>,
): Promise<LeftOut[]> {
  const kept: LeftOut[] = [];
  for (const { outcome, rows, where } of left) {
    meter.counts[outcome] += rows;
    if (outcome === 'pending') continue;
    const file = join(workDir, `left-${change}-${outcome}.parquet`);
    await writeRows(duck, file, { change, where });
    kept.push({ change, outcome, rows, files: [file] });
  }
  return kept;
}

/** What is added is in files already, unless some of it is left out. */
async function writePart(
  change: Change,
  where: string | undefined,
  { duck, workDir, snapshot }: PlanContext,
): Promise<Pick<PlanPart, 'files' | 'staged'>> {
  if (change === 'added' && where === undefined) return stagedPart(snapshot);
  const file = join(workDir, `plan-${change}.parquet`);
  await writeRows(duck, file, { change, where });
  return { files: [file] };
}

async function writeRows(
  duck: Duck,
  file: string,
  { change, where }: { change: Change; where: string | undefined },
): Promise<void> {
  const columns = where ? 'row_number() over () - 1 as ord, * exclude (ord)' : '*';
  await duck.run(`copy (select ${columns} from ${change} ${where ? `where ${where}` : ''})
    to ${quoteText(file)} ${asParquet}`);
}

function stagedPart({ added, fresh }: Snapshot): Pick<PlanPart, 'files' | 'staged'> {
  return {
    files: added.map(({ file }) => file),
    staged: { parts: added, fingerprints: { file: fresh } },
  };
}
