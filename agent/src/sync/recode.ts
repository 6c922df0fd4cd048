import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { countAlike } from './alike.js';
import { countOf } from './passes.js';
import { record } from './record.js';
import { withOwnFolder } from './segments.js';
import type { Recorded } from './record.js';
import type { Run } from './run.js';
import { asParquet } from './work-files.js';

// When mapping or types have become others, rows that did not change can be sent for that (backfill), or only written
// anew in the baseline, so that the next run finds them as they are. Written anew, they are a generation of their own,
// before anything is sent: a run that is cut off then has either begun from them or not begun.

/** Writes rows anew that are not sent for their mapping, types or form. Their records stay as they were. */
export async function recode(run: Run): Promise<void> {
  if (!run.footing.recode && !run.footing.reformed) return;
  const { duck, tools } = run;
  const rows = await countOf(duck, 'recoded');
  const file = join(tools.workDir, 'recoded.parquet');
  await duck.run(`copy (select * from recoded) to ${quoteText(file)} ${asParquet}`);
  const whole: Recorded = { change: 'changed', rows, files: [file] };
  const own = { ...run, tools: await withOwnFolder(tools, 'recoded') };
  run.baseline = await record(rows > 0 ? [whole] : [], own);
}

/**
 * Once rows were left as they are (`from-now-on`), the baseline no longer knows which: it says of all that they are as
 * the mapping makes them, and a backfill would send nothing. Another attempt at a run that has done it is content.
 */
export function assertBackfills({
  request,
  footing,
  baseline,
  runId,
}: Pick<Run, 'request' | 'footing' | 'baseline' | 'runId'>): void {
  const { isFresh, resend, owed } = footing;
  if (request.run.mappingChange !== 'backfill' || !baseline.manifest || isFresh || resend || owed)
    return;
  if (baseline.head.runId !== runId) throw nothingToBackfill();
}

/**
 * Counts the rows that are sent although nothing of them changed but what the mapping makes of it. Where the sync says
 * so, the run stops rather than to send them.
 */
export async function countForMapping(run: Run): Promise<void> {
  const { request, footing, meter } = run;
  if (!footing.owed || request.run.full || meter.counts.changed === 0) return;
  // Where nobody can tell, all count as the same.
  run.resentForMapping = (await countAlike(run)) ?? meter.counts.changed;
  if (footing.stops && run.resentForMapping > 0) throw mappingChanged(run.resentForMapping);
}

function mappingChanged(rows: number): Failure {
  return new Failure(
    'CONFIG',
    'mapping.changed',
    `The mapping is another one than the rows were sent with. Run the sync with --backfill to send ${rows} unchanged rows again as it is now, or with --from-now-on to send rows as they change from now on.`,
  );
}

function nothingToBackfill(): Failure {
  return new Failure(
    'CONFIG',
    'mapping.nothing_to_backfill',
    'The mapping has not changed since the last run, so --backfill has no rows to send again. Rows that an earlier --from-now-on left as they were are not told apart any more: --full sends every row.',
  );
}
