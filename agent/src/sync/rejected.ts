import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import type { RejectedSegment } from './baseline.js';
import type { Change } from './mapping.js';
import { countOf } from './passes.js';
import { rowFingerprint } from './plan-digest.js';
import { rowsOf } from './plan.js';
import { rejectedView } from './rejected-view.js';
import { isWithin, rangeTable } from './range-table.js';
import type { Range } from './ranges.js';
import { keepSegment, writerOf } from './segments.js';
import type { RecordContext } from './segments.js';
import { asParquet } from './work-files.js';

// Rows that the destination refused, beside the baseline and as immutable as its segments: key and row fingerprint, the
// number of runs in a row that were refused this very row, the last of them and its code. No values. A row leaves the
// set when it is taken, when it has another value, or when it is no change any more.

/** The rows of a change that was sent, and what was said of them. */
export interface AnsweredPart {
  change: Change;
  files: readonly string[];
  answered?: readonly Range[];
  /** Of the answered: not taken, by the code of the answer. */
  refusals?: Readonly<Record<string, readonly Range[]>>;
}

/** What the answers of a run make of the set; written only when it is another one than before. */
export async function nextRejected(
  former: RejectedSegment | undefined,
  parts: readonly AnsweredPart[],
  context: RecordContext & { generation: number },
): Promise<RejectedSegment | undefined> {
  const { duck, tools, paths } = context;
  const isRefused = parts.some(({ refusals = {} }) => Object.keys(refusals).length > 0);
  if (!former && !isRefused) return undefined;
  await nextSet(parts, context);
  const rows = await countOf(duck, 'next_rejected');
  if (rows === 0) return undefined;
  if (former && !isRefused && rows === former.rows) return former;
  const file = join(tools.workDir, 'rejected.parquet');
  await duck.run(
    `copy (select * from next_rejected order by klo, khi) to ${quoteText(file)} ${asParquet}`,
  );
  const key = paths.rejected(context.generation, writerOf(context));
  return { rows, file: await keepSegment(tools, key, { file }) };
}

async function nextSet(
  parts: readonly AnsweredPart[],
  { duck, tools, runId }: RecordContext,
): Promise<void> {
  await duck.run(`create or replace table next_rejected as select * from ${rejectedView}`);
  const { workDir } = tools;
  for (const part of parts.filter(({ answered = [] }) => answered.length > 0)) {
    const answered = await rangeTable(join(workDir, 'answered.tsv'), {
      answered: part.answered ?? [],
    });
    await duck.run(
      `delete from next_rejected where (klo, khi) in (select (klo, khi) from ${within(part, answered)})`,
    );
    const { refusals = {} } = part;
    if (Object.keys(refusals).length === 0) continue;
    const refused = await rangeTable(join(workDir, 'refused.tsv'), refusals);
    await duck.run(`insert into next_rejected
      select n.klo, n.khi, n.rh, 1 + coalesce(r.tries, 0), ${quoteText(runId)}, n.mark
      from ${within(part, refused)} as n left join ${rejectedView} as r using (klo, khi, rh)`);
  }
}

function within(part: AnsweredPart, ranges: string): string {
  return `(select p.klo, p.khi, ${rowFingerprint('p.rh')} as rh, r.mark from ${rowsOf(part)} as p
    join ${ranges} as r on ${isWithin('p', 'r')})`;
}
