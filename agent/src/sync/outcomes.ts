import type { Outcome } from '../connector/destination.js';
import { PackedRows } from './packed-rows.js';
import { piecesOf, runsOf } from './packed-piece.js';
import type { Piece } from './packed-piece.js';

/**
 * What is known of a row. `untold`: it never left. `open`: it may have been handed over, without an answer. `unknown`:
 * there was an answer, and it may have been taken. `skipped`: the mode had nothing to do, so the record is not ours.
 * `left_out`: the sync itself leaves it out. `rejected`: refused, with a code.
 */
export type Ending =
  'untold' | 'open' | 'accepted' | 'skipped' | 'unknown' | 'left_out' | 'rejected';

/** By their numbers, which the journal holds as well: they stay. Each code has a number of its own from `firstCode` on. */
const numbered: readonly Ending[] = [
  'untold',
  'open',
  'accepted',
  'skipped',
  'unknown',
  'left_out',
];
export const numberOf = (ending: Ending): number =>
  ending === 'rejected' ? numbered.length : numbered.indexOf(ending);
const untold = numberOf('untold');
const open = numberOf('open');
const firstCode = numberOf('rejected');
const maxCodes = 200;

/** What a journal tells of rows. `codes` are numbered from 6 on. */
export interface ToldRows {
  codes: string[];
  pieces: Piece[];
}

/** What became of the rows of a plan part, by their number: a few bits a row, whatever it is (invariant 7). */
export class Outcomes {
  private readonly rows = new PackedRows();
  /** Of the answers that refused a row. */
  readonly codes: string[] = [];

  /** `size`: rows of the part. */
  constructor(readonly size: number) {}

  /** The outcomes of a stretch that starts with row `from`. */
  note(from: number, outcomes: readonly Outcome[]): void {
    let start = 0;
    let value = this.valueOf(outcomes[0]);
    for (let n = 1; n <= outcomes.length; n += 1) {
      const next = this.valueOf(outcomes[n]);
      if (n < outcomes.length && next === value) continue;
      this.rows.fill(from + start, from + n, value);
      start = n;
      value = next;
    }
  }

  /** Neighbours that ended alike. */
  noteAlike({ from, to }: { from: number; to: number }, outcome: Outcome): void {
    this.rows.fill(from, to, this.valueOf(outcome));
  }

  /** A row that is not handed over. Without a code: the sync leaves it out. */
  refuse(row: number, code: string | undefined): void {
    const value = code === undefined ? numberOf('left_out') : this.numberOfCode(code);
    this.rows.fill(row, row + 1, value);
  }

  /** Rows that were handed over, or may be: what is known of them stays. */
  handOver(from: number, to: number): void {
    this.rows.fill(from, Math.min(to, this.size), open, untold);
  }

  /** Rows that were handed over, it was thought, and were not taken. */
  takeBack(from: number, to: number): void {
    this.rows.fill(from, to, untold, open);
  }

  /** Nothing that was taken is in place, of the first `mayBe` rows as far as anybody knows. */
  withdraw(mayBe: number): void {
    for (const ending of ['open', 'accepted', 'skipped', 'unknown'] as const)
      this.rows.fill(0, this.size, untold, numberOf(ending));
    this.handOver(0, mayBe);
  }

  /** Adds what a journal tells. Throws a TypeError where that can't be. */
  take({ codes, pieces }: ToldRows): void {
    const values = codes.map((code) => this.numberOfCode(code));
    for (const piece of pieces)
      for (const { from, to, value } of runsOf(piece)) {
        if (value === untold) continue;
        const own = value < firstCode ? value : values[value - firstCode];
        if (own === undefined || to > this.size)
          throw new TypeError('The journal tells of rows that there are not.');
        if (own === open) this.handOver(from, to);
        else this.rows.fill(from, to, own);
      }
  }

  /** As pieces for the journal, a chunk each. */
  *pieces(): Generator<Piece> {
    yield* piecesOf(this.rows);
  }

  endingOf(row: number): Ending {
    return endingOf(this.rows.at(row));
  }

  /** The place of the code that refused a row, among `codes`. */
  codeOf(row: number): number | undefined {
    const value = this.rows.at(row);
    return value < firstCode ? undefined : value - firstCode;
  }

  counts(): Record<Ending, number> {
    const counts = { open: 0, accepted: 0, skipped: 0, unknown: 0, left_out: 0, rejected: 0 };
    let told = 0;
    for (const [value, rows] of this.rows.counts().entries()) {
      const ending = endingOf(value);
      if (ending === 'untold') continue;
      counts[ending] += rows;
      told += rows;
    }
    return { ...counts, untold: this.size - told };
  }

  /** Rows that got an answer, or need none. */
  get answered(): number {
    const { untold: never, open: waiting } = this.counts();
    return this.size - never - waiting;
  }

  /** Stretches of a stretch of which nothing is known, in order. */
  untold(from: number, to: number): Generator<readonly [from: number, to: number]> {
    return this.stretches(untold, { from, to });
  }

  /** Those that were handed over, or may be, without an answer. */
  open(from: number, to: number): Generator<readonly [from: number, to: number]> {
    return this.stretches(open, { from, to });
  }

  private *stretches(
    value: number,
    { from, to }: { from: number; to: number },
  ): Generator<readonly [from: number, to: number]> {
    for (const run of this.rows.runs(from, to)) if (run.value === value) yield [run.from, run.to];
  }

  private valueOf(outcome: Outcome | undefined): number {
    if (!outcome) return untold;
    if (outcome.kind === 'rejected') return this.numberOfCode(outcome.failure.code);
    return numberOf(outcome.kind);
  }

  /** Codes are few; were they ever more, the last ones would go by one name. */
  private numberOfCode(code: string): number {
    const known = this.codes.indexOf(code);
    if (known >= 0) return firstCode + known;
    if (this.codes.length < maxCodes) return firstCode + this.codes.push(code) - 1;
    this.codes[maxCodes] = 'delivery.more_errors';
    return firstCode + maxCodes;
  }
}

function endingOf(value: number): Ending {
  return numbered[value] ?? 'rejected';
}
