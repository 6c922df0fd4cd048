import { makeBatch, rowOf, sliceBatch } from '../connector/batch.js';
import type { BatchParts } from '../connector/batch.js';
import type { Outcome, Target } from '../connector/destination.js';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { Announcement } from './announcement.js';
import { Stretches } from './batches.js';
import type { Stretch } from './batches.js';
import type { Breaker } from './breaker.js';
import { mayHaveArrived } from './in-doubt.js';
import type { Journal } from './journal.js';
import type { Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import type { Outcomes } from './outcomes.js';
import type { PlanPart } from './plan.js';
import { Patience } from './retry.js';
import type { Tally } from './tally.js';
import type { SyncTools } from './tools.js';
import type { Unsent } from './unsent.js';

export interface DeliverContext {
  target: Target;
  mapping: Mapping;
  journal: Journal;
  meter: Meter;
  tally: Tally;
  tools: SyncTools;
  runId: string;
  /** Rows that the destination does not get to see. */
  unsent: Unsent;
  breaker: Breaker;
  /** What may leave. */
  announced: Pick<Announcement, 'reach'> | undefined;
  /** Several rows may have one record: the last one wins, so no batch may overtake another. */
  inTurn: boolean;
}

export interface Delivered {
  outcomes: Outcomes;
  failure?: Failure;
}

interface Sending extends DeliverContext {
  part: PlanPart;
  repeatable: boolean;
  /** Rows that the journal may lag behind; after a crash so many may have to be sent again, or held. */
  lag: number;
  outcomes: Outcomes;
  /** What stops the delivery. */
  failure: Failure | undefined;
}

/**
 * Operations → batches → outcomes, for one part of the plan. Connectors say only what happened: pacing, retrying and
 * bisecting are done here, once. Resolves with what is known of every row that was tried; throws nothing: a failure
 * that stops the delivery is returned beside it.
 */
export async function deliver(
  part: PlanPart & { kind: BatchParts['kind'] },
  pages: AsyncGenerator<Stretch[]>,
  context: DeliverContext,
): Promise<Delivered> {
  const { target } = context;
  const repeatable = target.isRepeatable(part.kind, part.change);
  const sending: Sending = {
    ...context,
    part,
    repeatable,
    lag: repeatable ? Math.max(8 * target.maxRows, 2_000) : 100,
    outcomes: context.unsent.outcomes,
    failure: undefined,
  };
  await sendAll(part, new Stretches(pages), sending);
  const { failure, outcomes } = sending;
  return { outcomes, ...(failure && { failure }) };
}

async function sendAll(
  part: PlanPart & { kind: BatchParts['kind'] },
  stretches: Stretches,
  sending: Sending,
): Promise<void> {
  const { target, tools } = sending;
  const work = async (): Promise<void> => {
    while (!sending.failure && !tools.signal.aborted) {
      const next = stretches.next();
      const stretch = next instanceof Promise ? await next : next;
      if (!stretch) return;
      await send(stretch, part, sending);
    }
  };
  const worker = (): Promise<void> =>
    work().catch((error: unknown) => void (sending.failure ??= failureOf(error)));
  try {
    await leaveUnsent(sending);
    // Who could only wait for the limiter would hold a batch in memory meanwhile.
    const most = Math.min(target.concurrency, tools.limiter.concurrency);
    const atOnce = sending.inTurn ? 1 : Math.max(1, most);
    await Promise.all(Array.from({ length: atOnce }, worker));
  } catch (error) {
    sending.failure ??= failureOf(error);
  } finally {
    await stretches.close();
  }
}

/** Told before the first intent, which may cover them: a restart must not take them for rows that may have arrived. */
async function leaveUnsent(sending: Sending): Promise<void> {
  const { unsent, outcomes, part, journal } = sending;
  if (unsent.rows === 0) return;
  unsent.tell(part.change, sending);
  await journal.tell(part.change, outcomes);
}

/** Sends a stretch, around the rows that are refused already. */
async function send(
  stretch: Stretch,
  part: PlanPart & { kind: BatchParts['kind'] },
  sending: Sending,
): Promise<void> {
  const { mapping, announced, journal, runId, lag, tools, outcomes } = sending;
  const { from, to, lines } = stretch;
  await announced?.reach(part.change, to);
  await journal.intend(part.change, to, lag);
  const batch: BatchParts = {
    kind: part.kind,
    change: part.change,
    key: mapping.key,
    fields: mapping.fields,
    lines,
    size: to - from,
    // A second attempt at the run has another plan, in which the same numbers mean other rows.
    idempotencyKey: `${runId}.${tools.lease.epoch}.${part.change}.${from}-${to}`,
  };
  for (const [first, last] of outcomes.untold(from, to))
    await sendBatch(
      last - first === batch.size ? batch : sliceBatch(batch, first - from, last - from),
      first,
      sending,
    );
  sending.breaker.batchEnded();
  stretch.release?.();
}

/** Decides what a failed batch means: wait and try again, look for the bad row, or stop. */
async function sendBatch(batch: BatchParts, from: number, sending: Sending): Promise<void> {
  const { tools, repeatable, breaker } = sending;
  const patience = new Patience();
  for (;;) {
    const result = await attemptBatch(batch, from, sending);
    if (!(result instanceof Failure)) return note(batch, { from, outcomes: result }, sending);
    if (result.kind === 'REJECTED') return bisect(batch, { from, failure: result }, sending);
    if (!repeatable && mayHaveArrived(result)) {
      note(
        batch,
        { from, outcomes: same(batch.size, { kind: 'unknown', failure: result }) },
        sending,
      );
      if (result.kind === 'TRANSIENT') return breaker.heardNothing(result);
    }
    if (result.kind !== 'TRANSIENT' || tools.signal.aborted) throw result;
    breaker.requestEnded(result);
    await tools.clock.sleep(patience.delayMs(result, Math.random), tools.signal);
  }
}

async function attemptBatch(
  batch: BatchParts,
  from: number,
  { target, tools, outcomes, breaker }: Sending,
): Promise<Outcome[] | Failure> {
  const leave = await tools.limiter.enter(tools.signal);
  try {
    tools.lease.assertTrusted();
    const answer = await handOver(target, batch, tools.signal);
    if (answer instanceof Failure && mayHaveArrived(answer))
      outcomes.handOver(from, from + batch.size);
    tools.limiter.heed(answer instanceof Failure ? answer : undefined);
    if (!isTransient(answer)) breaker.requestEnded();
    return answer;
  } finally {
    leave();
  }
}

const isTransient = (result: Outcome[] | Failure): boolean =>
  result instanceof Failure && result.kind === 'TRANSIENT';

async function handOver(
  target: Target,
  batch: BatchParts,
  signal: AbortSignal,
): Promise<Outcome[] | Failure> {
  try {
    crashPoint('batch.before');
    const outcomes = await target.deliver(makeBatch(batch), signal);
    crashPoint('batch.answered');
    if (outcomes.length === batch.size) return outcomes;
    return new Failure(
      'INTERNAL',
      'internal.outcomes',
      'The connector did not answer for every row.',
    );
  } catch (error) {
    return failureOf(error);
  }
}

/** What the halves come to is noted as they come to it: if the second one fails, the first is not forgotten. */
async function bisect(
  batch: BatchParts,
  { from, failure }: { from: number; failure: Failure },
  sending: Sending,
): Promise<void> {
  if (batch.size === 1)
    return note(batch, { from, outcomes: [{ kind: 'rejected', failure }] }, sending);
  sending.breaker.splitBatch();
  const middle = batch.size >> 1;
  await sendBatch(sliceBatch(batch, 0, middle), from, sending);
  await sendBatch(sliceBatch(batch, middle, batch.size), from + middle, sending);
}

function note(
  batch: BatchParts,
  { from, outcomes }: { from: number; outcomes: readonly Outcome[] },
  sending: Sending,
): void {
  const { part, meter, tally, journal, breaker } = sending;
  sending.outcomes.note(from, outcomes);
  let ord = from;
  for (const outcome of outcomes) {
    if (outcome.kind === 'accepted') meter.counts.sent += 1;
    else if (outcome.kind === 'skipped') meter.counts.skipped += 1;
    else {
      const n = ord - from;
      const sent = (): Record<string, string | null> => rowOf(batch, n);
      tally.add(outcome.failure, { change: part.change, ord, sent });
      meter.counts[outcome.kind === 'rejected' ? 'rejected' : 'uncertain'] += 1;
    }
    ord += 1;
  }
  meter.tell();
  // What is not in place yet is no outcome: see finish.ts.
  if (!sending.target.finish) journal.note(part.change, { from, outcomes, lag: sending.lag });
  breaker.answeredBy(outcomes);
}

function same(count: number, outcome: Outcome): Outcome[] {
  return Array.from({ length: count }, () => outcome);
}
