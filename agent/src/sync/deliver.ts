import { makeBatch, sliceBatch } from '../connector/batch.js';
import type { BatchParts } from '../connector/batch.js';
import type { Outcome, Target } from '../connector/destination.js';
import { Failure, failureOf } from '../failure.js';
import { stretchesOf } from './batches.js';
import type { Stretch } from './batches.js';
import type { Journal, Outcomes } from './journal.js';
import { noOutcomes } from './journal.js';
import type { Change, Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import type { PlanPart } from './plan.js';
import { maxAttempts, retryDelayMs } from './retry.js';
import type { Tally } from './tally.js';
import type { SyncTools } from './tools.js';

export interface DeliverContext {
  target: Target;
  mapping: Mapping;
  journal: Journal;
  meter: Meter;
  tally: Tally;
  tools: SyncTools;
  runId: string;
  /** Rows that were refused before they could be sent. */
  refused: ReadonlyMap<number, Failure>;
}

/** How many rows an intent runs ahead of the batch that asked for it, in batches. */
const batchesAhead = 8;
/** A destination that refuses this many rows and takes none is misconfigured; the run stops. */
const hopelessRejections = 10_000;

/**
 * Operations → batches → outcomes, for one part of the plan. Connectors say only what happened: pacing, retrying and
 * bisecting are done here, once. Resolves with what is known of every row that was tried; throws nothing: a failure
 * that stops the delivery is returned beside it.
 */
export async function deliver(
  part: PlanPart,
  file: string,
  context: DeliverContext,
): Promise<{ outcomes: Outcomes; failure?: Failure }> {
  const { target, tools } = context;
  const stretches = stretchesOf(file, target);
  const outcomes = noOutcomes();
  let failure: Failure | undefined;
  const work = async (): Promise<void> => {
    while (!failure && !tools.signal.aborted) {
      const { value: stretch, done } = await stretches.next();
      if (done) return;
      try {
        note(await send(stretch, part, context), { outcomes, change: part.change, context });
      } catch (error) {
        failure ??= failureOf(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, target.concurrency) }, work));
  } catch (error) {
    failure ??= failureOf(error);
  } finally {
    await stretches.return(undefined);
  }
  return failure ? { outcomes, failure } : { outcomes };
}

interface Answer {
  stretch: Stretch;
  outcomes: Outcome[];
}

async function send(stretch: Stretch, part: PlanPart, context: DeliverContext): Promise<Answer> {
  const { target, mapping, journal, runId } = context;
  const { from, to, lines } = stretch;
  await journal.intend(part.change, to, (to - from) * batchesAhead);
  const batch: BatchParts = {
    kind: part.kind ?? 'upsert',
    change: part.change,
    key: mapping.key,
    fields: mapping.fields,
    lines,
    size: to - from,
    idempotencyKey: `${runId}.${part.change}.${from}-${to}`,
  };
  const outcomes = await sendAround(batch, {
    from,
    context,
    repeatable: target.isRepeatable(batch.kind),
  });
  return { stretch, outcomes };
}

interface Sending {
  from: number;
  context: DeliverContext;
  repeatable: boolean;
}

/** Leaves out the rows that are refused already. */
async function sendAround(batch: BatchParts, sending: Sending): Promise<Outcome[]> {
  const { from, context } = sending;
  const bad = [...Array(batch.size).keys()].find((n) => context.refused.has(from + n));
  if (context.refused.size === 0 || bad === undefined) return sendBatch(batch, sending);
  const failure = context.refused.get(from + bad) as Failure;
  const before = bad > 0 ? await sendBatch(sliceBatch(batch, 0, bad), sending) : [];
  const rest = batch.size - bad - 1;
  const after =
    rest > 0
      ? await sendAround(sliceBatch(batch, bad + 1, batch.size), {
          ...sending,
          from: from + bad + 1,
        })
      : [];
  return [...before, { kind: 'rejected', failure }, ...after];
}

/** Decides what a failed batch means: wait and try again, look for the bad row, or stop. */
async function sendBatch(batch: BatchParts, sending: Sending): Promise<Outcome[]> {
  const { tools } = sending.context;
  for (let attempt = 1; ; attempt += 1) {
    const result = await attemptBatch(batch, sending.context);
    if (!(result instanceof Failure)) return result;
    if (result.kind === 'REJECTED') return bisect(batch, result, sending);
    if (result.kind !== 'TRANSIENT') throw result;
    if (result.code === 'destination.no_answer' && !sending.repeatable)
      return Array.from({ length: batch.size }, () => ({ kind: 'unknown', failure: result }));
    tools.limiter.slowDown();
    if (attempt >= maxAttempts || tools.signal.aborted) throw result;
    await tools.clock.sleep(retryDelayMs(attempt, result, Math.random), tools.signal);
  }
}

async function attemptBatch(
  batch: BatchParts,
  context: DeliverContext,
): Promise<Outcome[] | Failure> {
  const { target, tools } = context;
  const leave = await tools.limiter.enter(tools.signal);
  try {
    tools.lease.assertTrusted();
    const outcomes = await target.deliver(makeBatch(batch), tools.signal);
    if (outcomes.length !== batch.size)
      throw new Failure(
        'INTERNAL',
        'internal.outcomes',
        'The connector did not answer for every row.',
      );
    tools.limiter.recover();
    return outcomes;
  } catch (error) {
    return failureOf(error);
  } finally {
    leave();
  }
}

async function bisect(batch: BatchParts, failure: Failure, sending: Sending): Promise<Outcome[]> {
  if (batch.size === 1) return [{ kind: 'rejected', failure }];
  const middle = batch.size >> 1;
  const left = await sendBatch(sliceBatch(batch, 0, middle), sending);
  return [...left, ...(await sendBatch(sliceBatch(batch, middle, batch.size), sending))];
}

function note(
  answer: Answer,
  into: { outcomes: Outcomes; change: Change; context: DeliverContext },
): void {
  const { stretch, outcomes } = answer;
  const { meter, tally, journal } = into.context;
  const noted: Outcomes = { ...noOutcomes(), answered: [[stretch.from, stretch.to]] };
  outcomes.forEach((outcome, n) => {
    const ord = stretch.from + n;
    if (outcome.kind === 'accepted') meter.counts.sent += 1;
    else if (outcome.kind === 'skipped') meter.counts.skipped += 1;
    else {
      tally.add(outcome.failure, { change: into.change, ord });
      meter.counts[outcome.kind === 'rejected' ? 'rejected' : 'uncertain'] += 1;
      (outcome.kind === 'rejected' ? noted.refused : noted.unknown).push([ord, ord + 1]);
    }
  });
  for (const kind of ['answered', 'refused', 'unknown'] as const)
    into.outcomes[kind].push(...noted[kind]);
  journal.note(into.change, noted);
  meter.tell();
  if (meter.counts.sent === 0 && meter.counts.rejected >= hopelessRejections)
    throw new Failure(
      'CONFIG',
      'delivery.all_rejected',
      'The destination refuses every row. Look at the first error, and change the mapping or the destination.',
    );
}
