import { Failure } from '../failure.js';
import type { Run } from './run.js';

// A run that compares every row by its values (`--verify`, or after a change of the source's form) checks what ordinary
// runs rest on: that a row whose fingerprint is the same has not changed.

/** Rows that had changed behind the same fingerprint are sent like any other; that there were some has to be seen. */
export function tellMissed({ missed = 0, tally }: Pick<Run, 'missed' | 'tally'>): void {
  if (missed > 0) tally.add(hidden(), undefined, missed);
}

function hidden(): Failure {
  return new Failure(
    'INTERNAL',
    'snapshot.missed',
    'Rows had changed although their fingerprints had not, so that ordinary runs passed them over.',
  );
}
