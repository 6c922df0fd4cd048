import type { Failure } from '../failure.js';

const inDoubt = new Set([
  'destination.no_answer',
  'destination.bad_answer',
  'destination.failed_midway',
]);

/** Nothing of what was handed over was taken, unless its answer was lost, not understood, not given or not waited for. */
export function mayHaveArrived({ kind, code }: Failure): boolean {
  return kind === 'CANCELLED' || kind === 'INTERNAL' || inDoubt.has(code);
}
