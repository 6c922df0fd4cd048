import { sliceBatch } from '../connector/batch.js';
import type { BatchParts } from '../connector/batch.js';
import type { Outcome } from '../connector/destination.js';
import type { Failure } from '../failure.js';
import type { Patience } from './retry.js';

/** Neighbours in a batch that the destination put off while it answered for the others. */
export interface PutOff {
  batch: BatchParts;
  failure: Failure;
}

/** Why the destination neither took nor refused a row. */
function putOffBy(outcome: Outcome | undefined): Failure | undefined {
  const isPutOff = outcome?.kind === 'rejected' && outcome.failure.kind === 'TRANSIENT';
  return isPutOff ? outcome.failure : undefined;
}

export function firstPutOff(outcomes: readonly Outcome[]): Failure | undefined {
  for (const outcome of outcomes) {
    const failure = putOffBy(outcome);
    if (failure) return failure;
  }
  return undefined;
}

/** A stretch of a batch, and what became of it: put off, if there is a failure. */
export interface AnsweredStretch {
  batch: BatchParts;
  outcomes: readonly Outcome[];
  failure: Failure | undefined;
}

/** A batch, cut where rows that were put off, for one reason or another, and others meet. */
export function* cutByAnswer(
  batch: BatchParts,
  outcomes: readonly Outcome[],
): Generator<AnsweredStretch> {
  let start = 0;
  for (let n = 1; n <= outcomes.length; n += 1) {
    const failure = putOffBy(outcomes[start]);
    if (n < outcomes.length && putOffBy(outcomes[n])?.code === failure?.code) continue;
    yield {
      batch: sliceBatch(batch, start, n),
      outcomes: outcomes.slice(start, n),
      failure,
    };
    start = n;
  }
}

/** How long all of them are left alone; undefined when they were tried often enough, or are to wait for too long. */
export function pauseMs(putOff: readonly PutOff[], patience: Patience): number | undefined {
  const wishes = putOff.map(({ failure }) => failure);
  const longest = wishes.reduce((a, b) => (b.retryAfterMs > a.retryAfterMs ? b : a));
  try {
    return patience.delayMs(longest, Math.random);
  } catch {
    return undefined;
  }
}
