import type { Finder, Found, MatchBatch, TargetField } from '../connector/destination.js';
import { makeMatchBatch } from '../connector/match-batch.js';
import { Failure, failureOf } from '../failure.js';
import { Patience } from './retry.js';
import type { SyncTools } from './tools.js';

/** Lines of match fields. */
export interface Question {
  match: readonly TargetField[];
  lines: readonly string[];
}

/** What is there for each line; one that the destination refuses is looked for, as bad rows are in a delivery. */
export function find(question: Question, finder: Finder, tools: SyncTools): Promise<Found[]> {
  const ask = patiently(tools, (batch) => finder.find(batch, tools.signal));
  return answersTo(question, ask);
}

/**
 * Makes the records of lines that have none. Where making one twice would leave two, a lost answer is never followed by
 * a second attempt: it is looked what came of the first, and a row whose record is not there waits for the next run.
 */
export function create(question: Question, finder: Finder, tools: SyncTools): Promise<Found[]> {
  const isFinal = ({ code }: Failure): boolean =>
    code === 'destination.no_answer' && !finder.isRepeatable;
  const ask = patiently(tools, (batch) => finder.create(batch, tools.signal), isFinal);
  return answersTo(question, async (part) => {
    try {
      return await ask(part);
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

/** Through the connection's limiter, and again as long as it is only a matter of time. */
function patiently(
  tools: SyncTools,
  work: (batch: MatchBatch) => Promise<Found[]>,
  isFinal: (failure: Failure) => boolean = () => false,
): Ask {
  const { limiter, clock, signal } = tools;
  return async ({ match, lines }) => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    const batch = makeMatchBatch(match, bytes, lines.length);
    const patience = new Patience();
    for (;;) {
      const found = await once(() => work(batch), tools);
      if (!(found instanceof Failure)) return found;
      if (found.kind !== 'TRANSIENT' || isFinal(found)) throw found;
      limiter.heed(found);
      if (signal.aborted) throw found;
      await clock.sleep(patience.delayMs(found, Math.random), signal);
    }
  };
}

async function once(
  work: () => Promise<Found[]>,
  { limiter, lease, signal }: SyncTools,
): Promise<Found[] | Failure> {
  const leave = await limiter.enter(signal);
  try {
    lease.assertTrusted();
    const found = await work();
    limiter.recover();
    return found;
  } catch (error) {
    return failureOf(error);
  } finally {
    leave();
  }
}

function notCreated(cause: Failure): Failure {
  return new Failure(
    'REJECTED',
    'lookup.not_created',
    'Nobody knows whether a missing record was made. The next run looks again.',
    { detail: cause.detail ?? '', cause },
  );
}
