import type { Outcome } from '../connector/destination.js';
import { Failure } from '../failure.js';

// When a run stops by itself, because it would only burn quota:
//
//   all rejected      the first 1,000 rows, or the first 20 batches of 100 rows and more together, and not one was taken
//   mostly rejected   of the last 5,000 rows more than 95 % were; or looking for bad rows inside of batches has taken
//                     2,000 requests, and more than one row in ten is bad
//   no answer         nothing was heard of 10 batches in a row, which can't be sent again
//   no success        of the last 100 requests more than 90 failed, whatever their batches have left to try
//
// Rows that an earlier run was refused already and that are tried again are no news: so many rejections count for nothing,
// or rows that stay bad would keep good ones from ever being sent. What was taken until then is recorded like that of any
// run that stops.

const hopelessRows = 1_000;
const hopelessBatches = 20;
const fewestRows = 100;
const windowRows = 5_000;
const windowShare = 0.95;
const dearSplits = 2_000;
const dearShare = 0.1;
const silentBatches = 10;
const windowRequests = 100;
const failingRequests = 90;

export class Breaker {
  private answered = 0;
  private rejected = 0;
  private batches = 0;
  private splits = 0;
  private silent = 0;
  private failed: boolean[] = [];
  private latest: { rows: number; rejected: number }[] = [];
  private latestSum = { rows: 0, rejected: 0 };

  /** `known`: rows that were refused before, and are tried again. */
  constructor(private known = 0) {}

  /** A batch came to its end, in one piece or in many. */
  batchEnded(): void {
    this.batches += 1;
    if (this.batches >= hopelessBatches && this.rejected >= fewestRows) this.assertAnyTaken();
  }

  /** Some rows got an answer each. */
  answeredBy(outcomes: readonly Outcome[]): void {
    let known = 0;
    let rejected = 0;
    for (const { kind } of outcomes) {
      if (kind !== 'unknown') known += 1;
      if (kind === 'rejected') rejected += 1;
    }
    this.count(known, rejected);
  }

  /** So many rows got the same answer. */
  answeredAlike(rows: number, { kind }: Outcome): void {
    if (kind !== 'unknown') this.count(rows, kind === 'rejected' ? rows : 0);
  }

  private count(answers: number, refusals: number): void {
    if (answers === 0) return;
    this.silent = 0;
    const old = Math.min(this.known, refusals);
    this.known -= old;
    const [rows, rejected] = [answers - old, refusals - old];
    if (rows === 0) return;
    this.answered += rows;
    this.rejected += rejected;
    this.remember({ rows, rejected });
    if (this.rejected >= hopelessRows) this.assertAnyTaken();
    const { latestSum: sum } = this;
    if (sum.rows >= windowRows && sum.rejected > sum.rows * windowShare) throw mostlyRejected();
  }

  /** A refused batch is sent again in two halves. */
  splitBatch(): void {
    this.splits += 1;
    if (this.splits > dearSplits && this.rejected > this.answered * dearShare)
      throw mostlyRejected();
  }

  /** A batch may have arrived, nobody knows, and it is not sent again. */
  heardNothing(failure: Failure): void {
    this.silent += 1;
    if (this.silent >= silentBatches) throw gaveUp(failure);
  }

  /** A request was answered, by whatever, or it failed and may be tried again. */
  requestEnded(failure?: Failure): void {
    this.failed.push(failure !== undefined);
    if (this.failed.length > windowRequests) this.failed.shift();
    if (failure && this.failed.filter(Boolean).length > failingRequests) throw gaveUp(failure);
  }

  private remember(some: { rows: number; rejected: number }): void {
    const { latest, latestSum: sum } = this;
    latest.push(some);
    sum.rows += some.rows;
    sum.rejected += some.rejected;
    for (let [first] = latest; first && sum.rows - first.rows >= windowRows; [first] = latest) {
      latest.shift();
      sum.rows -= first.rows;
      sum.rejected -= first.rejected;
    }
  }

  private assertAnyTaken(): void {
    if (this.rejected === this.answered)
      throw new Failure(
        'CONFIG',
        'delivery.all_rejected',
        'The destination refuses every row. Look at the first error, and change the mapping or the destination.',
      );
  }
}

function mostlyRejected(): Failure {
  return new Failure(
    'CONFIG',
    'delivery.mostly_rejected',
    'The destination refuses nearly every row. Look at the errors, and change the mapping or the model.',
  );
}

function gaveUp(failure: Failure): Failure {
  const { vendorCode, retryAfterMs, detail, dialogue } = failure;
  return new Failure(
    'TRANSIENT',
    'delivery.gave_up',
    'The destination failed again and again. What was taken is recorded; the next run sends the rest.',
    {
      vendorCode,
      retryAfterMs,
      dialogue,
      cause: failure,
      ...(detail === undefined ? {} : { detail }),
    },
  );
}
