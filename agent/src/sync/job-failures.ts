import { Failure } from '../failure.js';

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
