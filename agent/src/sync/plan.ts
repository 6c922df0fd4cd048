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

export interface Plan {
  /** None of them is empty. */
  parts: PlanPart[];
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
  const result: Plan = { parts: [] };
  for (const change of order) {
    const counted = meter.counts[change];
    if (counted === 0) continue;
    if (withheld.has(change)) {
      meter.counts.withheld += counted;
      continue;
    }
    const kind = context.recordOnly ? undefined : operationKind(request, change);
    const sendable = kind ? await leaveOut(change, mapping, context) : undefined;
    const rows = counted - (sendable?.left ?? 0);
    if (rows === 0) continue;
    const file = join(workDir, `plan-${change}.parquet`);
    const gaps = sendable !== undefined && sendable.left > 0;
    await writePart(duck, {
      change,
      file,
      where: gaps ? sendable.where : undefined,
      renumber: gaps || (change === 'added' && diff.addedHasGaps),
    });
    result.parts.push({ change, kind, rows, file });
    if (kind === undefined) meter.counts.skipped += rows;
    else meter.planned += rows;
  }
  return result;
}

/** Counts the rows that are not sent although their change is; they keep their place in the baseline. */
async function leaveOut(
  change: Change,
  mapping: Mapping,
  { duck, meter, tally }: Pick<PlanContext, 'duck' | 'meter' | 'tally'>,
): Promise<{ left: number; where: string } | undefined> {
  const { nullKey = 'false' } = mapping;
  // A row is removed by its key, whatever else is NULL.
  const skips = change === 'removed' ? 'false' : (mapping.skips ?? 'false');
  if (nullKey === 'false' && skips === 'false') return undefined;
  const [row] = await duck.rows(
    `select count(*) filter (${nullKey}), count(*) filter (not ${nullKey} and ${skips}) from ${change}`,
  );
  const [withoutKey = 0, skipped = 0] = (row ?? []).map(Number);
  if (withoutKey > 0) tally.add(keyIsNull(), undefined, withoutKey);
  meter.counts.rejected += withoutKey;
  meter.counts.skipped += skipped;
  return { left: withoutKey + skipped, where: `not ${nullKey} and not ${skips}` };
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
