import { AppError } from '../app-error.js';
import type { Transaction } from '../database/database.js';
import { syncEntryOf } from '../sync/sync-of.js';
import type { RunOptions } from './run-options.js';
import { isOver, type RunState } from './run-state.js';

/** Only what a run of this very sync has sent can be taken back, and only when it sends nothing more. */
export async function assertUndoable(
  tx: Transaction,
  syncId: string,
  runId: string,
): Promise<void> {
  const run = await tx.run.findFirst({
    where: { id: runId, syncId },
    select: { state: true, options: true, sync: { select: { spec: true } } },
  });
  if (!run)
    throw new AppError(
      'run.undo_not_found',
      `This sync has no run ${runId}. A run can be undone only by the sync that it belongs to.`,
    );
  if (!isOver(run.state as RunState))
    throw new AppError(
      'run.undo_live',
      `The run ${runId} is not over. Wait for its end or cancel it, then undo it.`,
    );
  if (syncEntryOf(run.sync).snapshots === 'hashed')
    throw new AppError(
      'run.undo_hashed',
      'This sync keeps digests in place of values, so nothing knows what its records held before. With `snapshots: full` later runs can be undone.',
    );
  if (syncEntryOf(run.sync).mode === 'replace')
    throw new AppError(
      'run.undo_replace',
      'This sync replaces everything in every run, so what a run replaced is not known row by row. Correct the model and run the sync: it replaces everything again.',
    );
  const { dryRun, rebaseline } = run.options as unknown as RunOptions;
  if (dryRun || rebaseline)
    throw new AppError(
      'run.undo_nothing',
      `The run ${runId} was ${dryRun ? 'a dry run' : 'a rebaseline'} and sent nothing, so there is nothing to undo.`,
    );
}

/** A person decides by what was counted, so what was counted should not be from yesterday: a day and a night. */
const longestSinceDryRunMs = 24 * 3_600_000;

/**
 * The plan that a dry run of this undo made, without which nothing is taken back: the newest one's, or the one that the
 * caller names. The agent holds the undo to it.
 */
export async function planOfDryRun(
  tx: Transaction,
  { syncId, undo }: { syncId: string; undo: string },
  named: string | undefined,
): Promise<string> {
  const [newest] = await tx.$queryRaw<{ planDigest: string }[]>`
    select "planDigest" from "Run"
    where "syncId" = ${syncId}::uuid and state in ('succeeded', 'completed_with_errors')
      and options ->> 'undo' = ${undo} and options -> 'dryRun' = 'true'::jsonb and "planDigest" is not null
      and "finishedAt" > now() - make_interval(secs => ${longestSinceDryRunMs / 1000}::double precision)
    order by "finishedAt" desc limit 1`;
  if (!newest)
    throw new AppError(
      'run.undo_not_counted',
      `Count first what would be taken back: start a dry run of the undo (drawbridge run SYNC --undo ${undo} --dry-run). After it, within a day, the same without --dry-run takes it back.`,
    );
  if (named && named !== newest.planDigest)
    throw new AppError(
      'run.plan_changed',
      'The newest dry run of this undo made another plan than the one you name. Look at it, then name that one.',
    );
  return newest.planDigest;
}
