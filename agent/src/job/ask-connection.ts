import type { Connection } from '@drawbridge/proto';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { Failure, failureOf } from '../failure.js';
import { prepareDestination, prepareSource } from './connections.js';
import type { Prepared } from './connections.js';
import { keptFailureOf } from './wire-failure.js';
import type { WireFailure } from './wire-failure.js';
import type { Tools } from './work.js';

type Asked = SourceConnection | DestinationConnection;

/** The one connection that a job names. Throws CONFIG for one that this agent can't open. */
export function prepareAsked(
  connection:
    { case: 'source' | 'destination'; value: Connection } | { case: undefined; value?: undefined },
  tools: Tools,
): Prepared<Asked> {
  switch (connection.case) {
    case 'source':
      return prepareSource(connection.value, tools);
    case 'destination':
      return prepareDestination(connection.value, tools);
    case undefined:
      throw new Failure('CONFIG', 'spec.incomplete', 'The job names no connection.');
  }
}

/** What a connection answered, or why it did not. */
export type Answer<T> = { durationMs: number } & (
  { value: T; failure?: undefined } | { value?: undefined; failure: WireFailure }
);

export interface Question<T> {
  /** Longer than that a person does not wait. */
  withinMs: number;
  ask(connection: Asked, signal: AbortSignal): Promise<T>;
}

/** Opens a connection, asks it one thing and closes it. Throws only when the job itself is over. */
export async function askConnection<T>(
  prepared: Prepared<Asked>,
  question: Question<T>,
  { signal, tools }: { signal: AbortSignal; tools: Tools },
): Promise<Answer<T>> {
  const { clock, openStore, redaction } = tools;
  const begunAt = clock.monotonicMs();
  const answer = await answerOf(prepared, question, signal);
  signal.throwIfAborted();
  const durationMs = Math.round(clock.monotonicMs() - begunAt);
  if (!(answer instanceof Failure)) return { durationMs, value: answer.value };
  const store = openStore();
  try {
    return { durationMs, failure: await keptFailureOf(answer, store, redaction) };
  } finally {
    store.close();
  }
}

async function answerOf<T>(
  prepared: Prepared<Asked>,
  { withinMs, ask }: Question<T>,
  signal: AbortSignal,
): Promise<{ value: T } | Failure> {
  const tooLong = AbortSignal.timeout(withinMs);
  try {
    const connection = await prepared.open();
    try {
      return { value: await ask(connection, AbortSignal.any([signal, tooLong])) };
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
