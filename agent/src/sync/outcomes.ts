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
  /** The refused rows by the code of the answer. */
  refusals: Record<string, Range[]>;
}

export const outcomeKinds = ['answered', 'refused', 'unknown', 'skipped'] as const;

export const noOutcomes = (): Outcomes => ({
  answered: [],
  refused: [],
  unknown: [],
  skipped: [],
  refusals: {},
});

/** Outcomes as they come in; grows with their changes of fortune, not with the rows. */
export class OutcomeSets {
  private readonly sets = {
    answered: new RangeSet(),
    refused: new RangeSet(),
    unknown: new RangeSet(),
    skipped: new RangeSet(),
  };
  private readonly refusals = new Map<string, RangeSet>();

  /** The outcomes of a stretch that starts with row `from`. */
  note(from: number, outcomes: readonly Outcome[]): void {
    this.sets.answered.add(from, from + outcomes.length);
    outcomes.forEach((outcome, n) => {
      const { kind } = outcome;
      if (kind === 'rejected') this.add([from + n, from + n + 1], outcome.failure.code);
      else if (kind !== 'accepted') this.sets[kind].add(from + n, from + n + 1);
    });
  }

  /** Without a code: the sync leaves them out. */
  refuse(rows: readonly Range[], code: string | undefined): void {
    for (const [from, to] of rows) {
      this.sets.answered.add(from, to);
      this.add([from, to], code);
    }
  }

  /** What became of some rows, as it was listed elsewhere. */
  gather({ refusals, ...listed }: Outcomes): void {
    for (const kind of outcomeKinds)
      for (const [from, to] of listed[kind]) this.sets[kind].add(from, to);
    for (const [code, rows] of Object.entries(refusals))
      for (const range of rows) this.add(range, code);
  }

  list(): Outcomes {
    const listed = noOutcomes();
    for (const kind of outcomeKinds) listed[kind] = this.sets[kind].list();
    for (const [code, rows] of this.refusals) listed.refusals[code] = rows.list();
    return listed;
  }

  private add([from, to]: Range, code: string | undefined): void {
    this.sets.refused.add(from, to);
    if (code === undefined) return;
    const known = this.refusals.get(code) ?? new RangeSet();
    known.add(from, to);
    this.refusals.set(code, known);
  }
}
