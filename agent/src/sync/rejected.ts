import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import type { RejectedSegment } from './baseline.js';
import type { Change } from './mapping.js';
import type { Outcomes } from './outcomes.js';
import { countOf } from './passes.js';
import { rowFingerprint } from './plan-digest.js';
import { rowsOf } from './plan.js';
import { rejectedView } from './rejected-view.js';
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
  /** Absent when none was sent. */
  outcomes?: Outcomes;
}

/** What the answers of a run make of the set; written only when it is another one than before. */
export async function nextRejected(
  former: RejectedSegment | undefined,
  parts: readonly AnsweredPart[],
  context: RecordContext & { generation: number },
): Promise<RejectedSegment | undefined> {
  const { duck, tools, paths } = context;
  const isRefused = parts.some(({ outcomes }) => outcomes && outcomes.counts().rejected > 0);
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
  { duck, runId }: RecordContext,
): Promise<void> {
  await duck.run(`create or replace table next_rejected as select * from ${rejectedView}`);
  for (const part of parts) {
    const { outcomes } = part;
    if (!outcomes || outcomes.answered === 0) continue;
    const answer = (row: number): number => answerNumber(outcomes, row);
    await duck.withNumbers(answer, async (numberOf) => {
      const told = `(select klo, khi, ${rowFingerprint('rh')} as rh, ${numberOf('ord')}::integer as answer
        from ${rowsOf(part)})`;
      await duck.run(`delete from next_rejected
        where (klo, khi) in (select (klo, khi) from ${told} where answer > 0)`);
      if (outcomes.codes.length === 0) return;
      const codes = `[${outcomes.codes.map(quoteText).join(', ')}]`;
      await duck.run(`insert into next_rejected
        select n.klo, n.khi, n.rh, 1 + coalesce(r.tries, 0), ${quoteText(runId)}, ${codes}[n.answer - 1]
        from ${told} as n left join ${rejectedView} as r using (klo, khi, rh) where n.answer > 1`);
    });
  }
}

/** 0: none. 1: not refused for anything. Else the row was refused, with the code of that place, counted from 2. */
function answerNumber(outcomes: Outcomes, row: number): number {
  const code = outcomes.codeOf(row);
  if (code !== undefined) return code + 2;
  const ending = outcomes.endingOf(row);
  return ending === 'untold' || ending === 'open' ? 0 : 1;
}
