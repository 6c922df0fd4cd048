import type { Finder, Found, MatchBatch, TargetField } from '../connector/destination.js';
import { mayHaveArrived } from '../connector/in-doubt.js';
import { makeMatchBatch } from '../connector/match-batch.js';
import { Failure, failureOf } from '../failure.js';
import { patiently } from './patiently.js';
import type { SyncTools } from './tools.js';

/** Lines of match fields. */
export interface Question {
  match: readonly TargetField[];
  lines: readonly string[];
}

/** What is there for each line; one that the destination refuses is looked for, as bad rows are in a delivery. */
export function find(question: Question, finder: Finder, tools: SyncTools): Promise<Found[]> {
  return answersTo(question, (part) =>
    patiently(() => finder.find(batchOf(part), tools.signal), tools),
  );
}

/**
 * Makes the records of lines that have none. Where making one twice would leave two, a lost answer is never followed by
 * a second attempt: it is looked what came of the first, and a row whose record is not there waits for the next run.
 */
export function create(question: Question, finder: Finder, tools: SyncTools): Promise<Found[]> {
  const isFinal = (failure: Failure): boolean =>
    failure.kind === 'TRANSIENT' && mayHaveArrived(failure) && !finder.isRepeatable;
  return answersTo(question, async (part) => {
    try {
      return await patiently(() => finder.create(batchOf(part), tools.signal), tools, isFinal);
    } catch (error) {
      const failure = failureOf(error);
      if (!isFinal(failure)) throw failure;
      return (await find(part, finder, tools)).map((each) =>
        each.kind === 'missing' ? { kind: 'rejected', failure: notCreated(failure) } : each,
      );
    }
  });
}

type Ask = (question: Question) => Promise<Found[]>;

async function answersTo(question: Question, ask: Ask): Promise<Found[]> {
  const { lines } = question;
  try {
    const found = await ask(question);
    if (found.length === lines.length) return found;
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind !== 'REJECTED') throw failure;
    if (lines.length === 1) return [{ kind: 'rejected', failure }];
    const middle = lines.length >> 1;
    const half = (from: number, to: number): Promise<Found[]> =>
      answersTo({ ...question, lines: lines.slice(from, to) }, ask);
    return [...(await half(0, middle)), ...(await half(middle, lines.length))];
  }
  throw new Failure('INTERNAL', 'internal.outcomes', 'The connector did not answer for every row.');
}

function batchOf({ match, lines }: Question): MatchBatch {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  return makeMatchBatch(match, bytes, lines.length);
}

function notCreated(cause: Failure): Failure {
  return new Failure(
    'REJECTED',
    'lookup.not_created',
    'Nobody knows whether a missing record was made. The next run looks again.',
    { detail: cause.detail ?? '', cause },
  );
}
