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
  const { dryRun, rebaseline } = run.options as unknown as RunOptions;
  if (dryRun || rebaseline)
    throw new AppError(
      'run.undo_nothing',
      `The run ${runId} was ${dryRun ? 'a dry run' : 'a rebaseline'} and sent nothing, so there is nothing to undo.`,
    );
}
