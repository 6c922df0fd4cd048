import type { Failure } from '../failure.js';
import type { Change } from './mapping.js';
import type { Meter } from './meter.js';
import { Outcomes } from './outcomes.js';
import type { Tally } from './tally.js';

/** Rows of a plan part that are not sent, by why. Like rows that were refused, they are found again by the next run. */
export class Unsent {
  readonly outcomes: Outcomes;
  private readonly reasons = new Map<
    string,
    { failure: Failure | undefined; first: number; rows: number }
  >();

  /** `size`: rows of the part. */
  constructor(size: number) {
    this.outcomes = new Outcomes(size);
  }

  /** The first reason counts. Without a failure: the sync leaves the row out. */
  add(row: number, failure: Failure | undefined): void {
    if (this.outcomes.endingOf(row) !== 'untold') return;
    this.outcomes.refuse(row, failure?.code);
    const key = failure ? `${failure.code} ${failure.vendorCode}` : '';
    const known = this.reasons.get(key);
    if (known) known.rows += 1;
    else this.reasons.set(key, { failure, first: row, rows: 1 });
  }

  get rows(): number {
    return [...this.reasons.values()].reduce((sum, { rows }) => sum + rows, 0);
  }

  tell(change: Change, { tally, meter }: { tally: Tally; meter: Meter }): void {
    for (const { failure, first, rows } of this.reasons.values()) {
      meter.counts[failure ? 'rejected' : 'skipped'] += rows;
      if (failure) tally.add(failure, { change, ord: first }, rows);
    }
  }
}
