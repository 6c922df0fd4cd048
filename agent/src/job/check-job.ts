import type { CheckConnection } from '@drawbridge/proto';
import { Failure, failureOf } from '../failure.js';
import { prepareDestination, prepareSource } from './connections.js';
import type { Prepared } from './connections.js';
import { keptFailureOf } from './wire-failure.js';
import type { Result, Right, Tools, Work } from './work.js';

interface Checkable {
  check(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** A connection that takes longer to answer does not work. */
const checkMs = 30_000;

/** Whether a connection works, and what to do when not. Throws CONFIG for one that this agent can't open. */
export function prepareCheck({ connection }: CheckConnection, tools: Tools): Work {
  const prepared = preparedOf(connection, tools);
  return {
    kind: 'check_connection',
    ids: {},
    run: (right) => report(prepared, right, tools),
  };
}

function preparedOf(connection: CheckConnection['connection'], tools: Tools): Prepared<Checkable> {
  switch (connection.case) {
    case 'source':
      return prepareSource(connection.value, tools);
    case 'destination':
      return prepareDestination(connection.value, tools);
    case undefined:
      throw new Failure('CONFIG', 'spec.incomplete', 'The job names no connection.');
  }
}

async function report(
  prepared: Prepared<Checkable>,
  { signal }: Right,
  { clock, openStore, redaction }: Tools,
): Promise<Result> {
  const begunAt = clock.monotonicMs();
  const failure = await failureOfCheck(prepared, signal);
  signal.throwIfAborted();
  const durationMs = Math.round(clock.monotonicMs() - begunAt);
  if (!failure) return { case: 'connectionReport', value: { durationMs } };
  const store = openStore();
  try {
    const kept = await keptFailureOf(failure, store, redaction);
    return { case: 'connectionReport', value: { durationMs, failure: kept } };
  } finally {
    store.close();
  }
}

async function failureOfCheck(
  prepared: Prepared<Checkable>,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const tooLong = AbortSignal.timeout(checkMs);
  try {
    const connection = await prepared.open();
    try {
      await connection.check(AbortSignal.any([signal, tooLong]));
      return undefined;
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!tooLong.aborted) return failureOf(error);
    return new Failure(
      'TRANSIENT',
      'connection.timeout',
      'The connection did not answer in time. Check its address and the network.',
    );
  }
}
