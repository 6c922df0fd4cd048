import type { Outcome } from '../connector/destination.js';
import { Failure, failureOf } from '../failure.js';
import type { JobEnd } from './job-results.js';

/** What the end of rows comes to; `judge` knows the vendor's words. */
export function outcomeOf(
  { kind, reason = '' }: JobEnd,
  judge: (reason: string) => Outcome | Failure,
): Outcome {
  switch (kind) {
    case 'accepted':
      return { kind };
    case 'untouched':
      return { kind: 'rejected', failure: untouched() };
    case 'unknown':
      return { kind, failure: unanswered() };
    case 'rejected': {
      const judged = judge(reason);
      return judged instanceof Failure ? { kind, failure: judged } : judged;
    }
  }
}

/** A row is sent again. */
export function untouched(): Failure {
  return new Failure(
    'TRANSIENT',
    'delivery.job_unfinished',
    'The destination ended a job before it came to all of its rows.',
  );
}

export function unanswered(): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The destination ended a job and did not say what became of some of its rows.',
  );
}

export function lost(): Failure {
  return new Failure(
    'TRANSIENT',
    'delivery.job_lost',
    'The destination does not know a job any more that it was given. Nobody knows what became of its rows.',
  );
}

/** What makes a file of some rows impossible is one of them; anything else stops the delivery. */
export function refusalOnly(error: unknown): Failure {
  const failure = failureOf(error);
  if (failure.kind !== 'REJECTED') throw failure;
  return failure;
}
