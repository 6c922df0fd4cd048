import { join } from 'node:path';
import type { OperationKind } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Diff } from './diff.js';
import type { Change, Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import { operationKind } from './operation.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';
import { asParquet } from './work-files.js';

/** The operations of one change, in order: a Parquet file with `ord` 0, 1, 2, …, fingerprints, values and old values. */
export interface PlanPart {
  change: Change;
  /** What is sent; undefined when the rows are only recorded. */
  kind: OperationKind | undefined;
  rows: number;
  file: string;
}

/** SQL of a part's rows. */
export function rowsOf({ file }: { file: string }): string {
  return `read_parquet(${quoteText(file)})`;
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
  file: string;
}

export interface Plan {
  /** None of them is empty. */
  parts: PlanPart[];
  leftOut: LeftOut[];
}

export interface PlanContext {
  diff: Diff;
  withheld: ReadonlySet<Change>;
  /** Nothing is sent: every change only becomes known. */
  recordOnly: boolean;
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
  const { diff, withheld, duck, meter, workDir } = context;
  const result: Plan = { parts: [], leftOut: [] };
  for (const change of order) {
    const counted = meter.counts[change];
    if (counted === 0) continue;
    const kind = context.recordOnly ? undefined : operationKind(request, change);
    const left = withheld.has(change)
      ? [{ outcome: 'withheld' as const, rows: counted, where: 'true' }]
      : kind
        ? await leaveOut(change, mapping, context)
        : [];
    result.leftOut.push(...(await keepLeftOut(change, left, context)));
    const rows = left.reduce((rest, one) => rest - one.rows, counted);
    if (rows === 0) continue;
    const file = join(workDir, `plan-${change}.parquet`);
    const gaps = left.length > 0;
    await writePart(duck, {
      change,
      file,
      where: gaps ? left.map(({ where }) => `not (${where})`).join(' and ') : undefined,
      renumber: gaps || (change === 'added' && diff.addedHasGaps),
    });
    result.parts.push({ change, kind, rows, file });
    if (kind === undefined) meter.counts.skipped += rows;
    else meter.planned += rows;
  }
  return result;
}

type Left = Pick<LeftOut, 'outcome' | 'rows'> & { where: string };

/** Finds the rows that are not sent although their change is. */
async function leaveOut(
  change: Change,
  mapping: Mapping,
  { duck, tally }: Pick<PlanContext, 'duck' | 'tally'>,
): Promise<Left[]> {
  const { nullKey = 'false' } = mapping;
  // A row is removed by its key, whatever else is NULL.
  const skips = change === 'removed' ? 'false' : (mapping.skips ?? 'false');
  if (nullKey === 'false' && skips === 'false') return [];
  const isSkipped = `not ${nullKey} and ${skips}`;
  const [row] = await duck.rows(
    `select count(*) filter (${nullKey}), count(*) filter (${isSkipped}) from ${change}`,
  );
  const [withoutKey = 0, skipped = 0] = (row ?? []).map(Number);
  if (withoutKey > 0) tally.add(keyIsNull(), undefined, withoutKey);
  const left: Left[] = [
    { outcome: 'rejected', rows: withoutKey, where: nullKey },
    { outcome: 'skipped', rows: skipped, where: isSkipped },
  ];
  return left.filter(({ rows }) => rows > 0);
}

/** Counts them; they keep their place in the baseline, and the log tells of them. */
async function keepLeftOut(
  change: Change,
  left: readonly Left[],
  { duck, meter, workDir }: Pick<PlanContext, 'duck' | 'meter' | 'workDir'>,
): Promise<LeftOut[]> {
  const kept: LeftOut[] = [];
  for (const { outcome, rows, where } of left) {
    meter.counts[outcome] += rows;
    const file = join(workDir, `left-${change}-${outcome}.parquet`);
    await writePart(duck, { change, file, where, renumber: false });
    kept.push({ change, outcome, rows, file });
  }
  return kept;
}

function keyIsNull(): Failure {
  return new Failure(
    'REJECTED',
    'record.key_null',
    'The destination key of these rows is NULL. Leave such rows out of the model.',
  );
}

async function writePart(
  duck: Duck,
  part: { change: Change; file: string; where: string | undefined; renumber: boolean },
): Promise<void> {
  const number = part.renumber ? 'row_number() over () - 1 as ord, * exclude (ord)' : '*';
  await duck.run(`copy (select ${number} from ${part.change} ${part.where ? `where ${part.where}` : ''})
    to ${quoteText(part.file)} ${asParquet}`);
}
