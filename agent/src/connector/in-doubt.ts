import type { Failure } from '../failure.js';

const inDoubt = new Set([
  'destination.no_answer',
  'destination.bad_answer',
  'destination.failed_midway',
]);

/** The far side had what was asked, and its answer was lost, not understood, or says that it broke off. */
export function isAnswerInDoubt({ code }: Failure): boolean {
  return inDoubt.has(code);
}

/** Nothing of what was handed over was taken, unless its answer is in doubt, or was not waited for. */
export function mayHaveArrived(failure: Failure): boolean {
  return failure.kind === 'CANCELLED' || failure.kind === 'INTERNAL' || isAnswerInDoubt(failure);
}
