import type { Outcome } from '../connector/destination.js';
import { RangeSet } from './ranges.js';
import type { Range } from './ranges.js';

/** What became of the rows of a plan part, by their number. */
export interface Outcomes {
  answered: Range[];
  /** Of the answered: not taken. */
  refused: Range[];
  /** Of the answered: may have been taken, nobody can tell. */
  unknown: Range[];
  /** Of the answered: the mode had nothing to do, so the record is not ours. */
  skipped: Range[];
}

export const outcomeKinds = ['answered', 'refused', 'unknown', 'skipped'] as const;

export const noOutcomes = (): Outcomes => ({ answered: [], refused: [], unknown: [], skipped: [] });

/** Outcomes as they come in; grows with their changes of fortune, not with the rows. */
export class OutcomeSets {
  private readonly sets = {
    answered: new RangeSet(),
    refused: new RangeSet(),
    unknown: new RangeSet(),
    skipped: new RangeSet(),
  };

  /** The outcomes of a stretch that starts with row `from`. */
  note(from: number, outcomes: readonly Outcome[]): void {
    this.sets.answered.add(from, from + outcomes.length);
    outcomes.forEach(({ kind }, n) => {
      const set = kind === 'rejected' ? 'refused' : kind === 'accepted' ? undefined : kind;
      if (set) this.sets[set].add(from + n, from + n + 1);
    });
  }

  refuse(rows: readonly Range[]): void {
    for (const [from, to] of rows) {
      this.sets.answered.add(from, to);
      this.sets.refused.add(from, to);
    }
  }

  list(): Outcomes {
    const listed = noOutcomes();
    for (const kind of outcomeKinds) listed[kind] = this.sets[kind].list();
    return listed;
  }
}
