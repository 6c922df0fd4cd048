import { Failure } from '../failure.js';
import type { SyncRequest } from './sync-request.js';

const sha256Hex = /^[0-9a-f]{64}$/;

/** What a run is asked for comes over a wire: refused before anything is read when it makes no sense. */
export function assertOptions({ run, mode }: SyncRequest): void {
  if (run.canary !== undefined && !(Number.isSafeInteger(run.canary) && run.canary > 0))
    throw new Failure(
      'CONFIG',
      'run.bad_canary',
      'A canary sends a number of operations: 1 or more, without a fraction.',
    );
  if (run.undo !== undefined && mode === 'replace') throw undoOfReplace();
  const sendsSome = run.canary !== undefined || run.onlyRejected === true || run.undo !== undefined;
  if (sendsSome && (run.rebaseline || mode === 'replace'))
    throw new Failure(
      'CONFIG',
      'run.options_conflict',
      'A run that takes the query as it is, or replaces everything, can not send a part of it.',
    );
  if (run.approvedPlan !== undefined && !sha256Hex.test(run.approvedPlan))
    throw new Failure(
      'CONFIG',
      'run.bad_approval',
      'What was approved is no digest of a plan. Approve the plan that the waiting run shows.',
    );
}

/** Its log says what the run sent, and nothing of what others had put into the table that it replaced. */
function undoOfReplace(): Failure {
  return new Failure(
    'CONFIG',
    'undo.replaced',
    'What a sync replaces as a whole can not be taken back. Correct the model and run the sync: it replaces everything again.',
  );
}
