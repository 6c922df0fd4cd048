import { makeBatch, rowOf, sliceBatch } from '../connector/batch.js';
import type { BatchParts } from '../connector/batch.js';
import type { Outcome, Target } from '../connector/destination.js';
import { mayHaveArrived } from '../connector/in-doubt.js';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { Announcement } from './announcement.js';
import { Stretches } from './batches.js';
import type { Stretch } from './batches.js';
import type { Breaker } from './breaker.js';
import type { Journal } from './journal.js';
import type { Mapping } from './mapping.js';
import type { Meter } from './meter.js';
import type { Outcomes } from './outcomes.js';
import type { PlanPart } from './plan.js';
import { cutByAnswer, firstPutOff, pauseMs } from './put-off.js';
import type { PutOff } from './put-off.js';
import { recall, untilSettled } from './recall.js';
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
  startedAt: Date;
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
  /** What lines have beside the record. */
  former: BatchParts['former'];
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
    former: target.wantsFormer && part.change === 'changed' ? context.mapping.fields : undefined,
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
    await leaveUnsent(part.change, sending);
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
export async function leaveUnsent(
  change: PlanPart['change'],
  to: Pick<DeliverContext, 'unsent' | 'journal' | 'tally' | 'meter'>,
): Promise<void> {
  const { unsent, journal } = to;
  if (unsent.rows === 0) return;
  unsent.tell(change, to);
  await journal.tell(change, unsent.outcomes);
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
    former: sending.former,
    lines,
    size: to - from,
    // A second attempt at the run has another plan, in which the same numbers mean other rows.
    attempt: `${runId}.${tools.lease.epoch}`,
    from,
  };
  for (const [first, last] of outcomes.untold(from, to))
    await sendBatch(sliceBatch(batch, first - from, last - from), sending);
  sending.breaker.batchEnded();
  stretch.release?.();
}

/** Sends a batch, and once more by themselves those of its rows that are put off, pause by pause. */
async function sendBatch(batch: BatchParts, sending: Sending): Promise<void> {
  const { tools } = sending;
  let putOff = await sendOnce(batch, sending);
  if (putOff.length === 0) return;
  const patience = new Patience();
  while (putOff.length > 0) {
    const delayMs = pauseMs(putOff, patience);
    if (delayMs === undefined) return giveUp(putOff, sending);
    await tools.clock.sleep(delayMs, tools.signal);
    const still: PutOff[] = [];
    for (const part of putOff) still.push(...(await sendOnce(part.batch, sending)));
    putOff = still;
  }
}

const nobody: readonly PutOff[] = [];

/** Decides what a failed batch means: wait and try again, look for the bad row, or stop. Returns what is put off. */
async function sendOnce(batch: BatchParts, sending: Sending): Promise<readonly PutOff[]> {
  const { tools, repeatable, breaker } = sending;
  const patience = new Patience();
  for (;;) {
    const result = await attemptBatch(batch, sending);
    if (!(result instanceof Failure)) return noteAnswer(batch, result, sending);
    if (result.kind === 'REJECTED') {
      await bisect(batch, result, sending);
      return nobody;
    }
    if (!repeatable && mayHaveArrived(result)) {
      const recalled = await recallAfter(result, batch, sending);
      if (recalled) return noteAnswer(batch, recalled, sending);
      noteAll(batch, { kind: 'unknown', failure: result }, sending);
      if (result.kind === 'TRANSIENT') {
        breaker.heardNothing(result);
        return nobody;
      }
    }
    if (result.kind !== 'TRANSIENT' || tools.signal.aborted) throw result;
    breaker.requestEnded(result);
    await tools.clock.sleep(patience.delayMs(result, Math.random), tools.signal);
  }
}

async function attemptBatch(
  batch: BatchParts,
  { target, tools, outcomes, breaker }: Sending,
): Promise<Outcome[] | Failure> {
  const leave = await tools.limiter.enter(tools.signal);
  try {
    tools.lease.assertTrusted();
    const answer = await handOver(target, batch, tools.signal);
    if (answer instanceof Failure && mayHaveArrived(answer))
      outcomes.handOver(batch.from, batch.from + batch.size);
    tools.limiter.heed(answer instanceof Failure ? answer : firstPutOff(answer));
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

/** Undefined where nobody can find out what became of the batch, at least now. */
async function recallAfter(
  failure: Failure,
  batch: BatchParts,
  { target, tools, startedAt }: Sending,
): Promise<Outcome[] | undefined> {
  if (!target.recall) return undefined;
  try {
    await untilSettled(tools);
    return await recall(makeBatch(batch), { failure, target, since: startedAt, tools });
  } catch {
    return undefined;
  }
}

/** What the halves come to is noted as they come to it: if the second one fails, the first is not forgotten. */
async function bisect(batch: BatchParts, failure: Failure, sending: Sending): Promise<void> {
  if (batch.size === 1) return noteAll(batch, { kind: 'rejected', failure }, sending);
  sending.breaker.splitBatch();
  const middle = batch.size >> 1;
  await sendBatch(sliceBatch(batch, 0, middle), sending);
  await sendBatch(sliceBatch(batch, middle, batch.size), sending);
}

/** Notes what is settled, and returns what is put off. What may have been taken is not sent twice unless it may be. */
function noteAnswer(
  batch: BatchParts,
  answer: readonly Outcome[],
  sending: Sending,
): readonly PutOff[] {
  if (!firstPutOff(answer)) {
    note(batch, answer, sending);
    return nobody;
  }
  const { repeatable, breaker } = sending;
  const putOff: PutOff[] = [];
  const settled: Outcome[] = [];
  let doubt: Failure | undefined;
  for (const { batch: part, outcomes, failure } of cutByAnswer(batch, answer)) {
    if (failure && (repeatable || !mayHaveArrived(failure))) {
      if (mayHaveArrived(failure)) sending.outcomes.handOver(part.from, part.from + part.size);
      putOff.push({ batch: part, failure });
      continue;
    }
    doubt ??= failure;
    const known = failure ? same(part.size, { kind: 'unknown', failure }) : outcomes;
    noteRows(part, known, sending);
    for (const outcome of known) settled.push(outcome);
  }
  // Whoever stops the run does so when everything is noted.
  breaker.answeredBy(settled);
  const isSilent = putOff.length === 0 && settled.every(({ kind }) => kind === 'unknown');
  if (isSilent && doubt) breaker.heardNothing(doubt);
  return putOff;
}

/** Tried often enough: the next run finds such rows again. One that failed midway in any of the tries may be there. */
function giveUp(putOff: readonly PutOff[], sending: Sending): void {
  for (const { batch, failure } of putOff) {
    const kindOf = (n: number): 'unknown' | 'rejected' =>
      sending.outcomes.endingOf(batch.from + n) === 'open' ? 'unknown' : 'rejected';
    const outcomes = Array.from({ length: batch.size }, (_, n) => ({ kind: kindOf(n), failure }));
    note(batch, outcomes, sending);
  }
}

function noteAll(batch: BatchParts, outcome: Outcome, sending: Sending): void {
  note(batch, same(batch.size, outcome), sending);
}

function note(batch: BatchParts, outcomes: readonly Outcome[], sending: Sending): void {
  noteRows(batch, outcomes, sending);
  sending.breaker.answeredBy(outcomes);
}

function noteRows(batch: BatchParts, outcomes: readonly Outcome[], sending: Sending): void {
  const { part, meter, tally, journal } = sending;
  const { from } = batch;
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
}

function same(count: number, outcome: Outcome): Outcome[] {
  return Array.from({ length: count }, () => outcome);
}
