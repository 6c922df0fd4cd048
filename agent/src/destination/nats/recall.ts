import { DeliverPolicy } from '@nats-io/jetstream';
import type { StreamInfo } from '@nats-io/jetstream';
import type { Batch, Outcome } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { Line } from './connection.js';
import { failureOfAnswer } from './failures.js';

/** Which messages are meant. */
export interface Recall {
  stream: string;
  batch: Batch;
  since: Date;
}

/** How long an empty stream is waited for, in milliseconds: a consumer that has nothing to say says nothing. */
const quietMs = 1_000;
const atOnce = 1_000;

/**
 * Reads the names of all the stream's messages since then; their texts stay where they are. By subject a consumer could choose
 * them only from version 2.10 of the server on.
 */
export async function recalled(line: Line, recall: Recall): Promise<(Outcome | undefined)[]> {
  try {
    const { stream, batch } = recall;
    const info = await line.manager.streams.info(stream);
    const names = info.state.messages === 0 ? new Set<string>() : await namesSince(line, recall);
    const absent = keepsAll(info, recall.since) ? undefined : unknown();
    return Array.from({ length: batch.size }, (_, n) =>
      names.has(batch.nameOf(n)) ? { kind: 'accepted' } : absent,
    );
  } catch (error) {
    throw failureOfAnswer(error);
  }
}

async function namesSince({ streams }: Line, { stream, since }: Recall): Promise<Set<string>> {
  const names = new Set<string>();
  const consumer = await streams.consumers.get(stream, {
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: since.toISOString(),
    headers_only: true,
  });
  for (let isMore = true; isMore;) {
    isMore = false;
    for await (const message of await consumer.fetch({ max_messages: atOnce, expires: quietMs })) {
      names.add(message.headers?.get('Nats-Msg-Id') ?? '');
      isMore = message.info.pending > 0;
      if (!isMore) break;
    }
  }
  return names;
}

/** Whether what is not there was never taken: a stream may let go of what is read, or of what is old or too much. */
function keepsAll({ config, state }: StreamInfo, since: Date): boolean {
  const hasLost = state.first_seq > 1 && new Date(state.first_ts) > since;
  return config.retention === 'limits' && !hasLost && (state.num_deleted ?? 0) === 0;
}

function unknown(): Outcome {
  const failure = new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The stream may have had the message and let it go.',
  );
  return { kind: 'unknown', failure };
}
