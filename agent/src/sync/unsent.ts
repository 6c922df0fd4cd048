import type { Failure } from '../failure.js';
import type { Change } from './mapping.js';
import type { Meter } from './meter.js';
import { countRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { Tally } from './tally.js';

/** Rows of a plan part that are not sent, by why. Like rows that were refused, they are found again by the next run. */
export interface Unsent {
  /** Absent: the sync leaves them out. */
  failure: Failure | undefined;
  rows: Range[];
}

export function countUnsent(
  { failure, rows }: Unsent,
  change: Change,
  { tally, meter }: { tally: Tally; meter: Meter },
): void {
  const count = countRanges(rows);
  meter.counts[failure ? 'rejected' : 'skipped'] += count;
  const [[ord] = [0]] = rows;
  if (failure) tally.add(failure, { change, ord }, count);
}
