import type { Batch, Outcome, Target } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { patiently } from './patiently.js';
import type { SyncTools } from './tools.js';

interface Recalling {
  /** Why nobody knows. */
  failure: Failure;
  target: Target;
  /** When the attempt began that sent it. */
  since: Date;
  tools: Pick<SyncTools, 'clock' | 'signal' | 'limiter' | 'lease'>;
}

/** What a lost connection still holds is delivered by then, and what was taken can be seen, in milliseconds. */
const settlesMs = 5_000;

export async function untilSettled({ clock, signal }: Recalling['tools']): Promise<void> {
  await clock.sleep(settlesMs, signal);
}

/**
 * Asks the destination what became of a batch that may have been taken, once that has had the time to be seen. What was
 * not taken is put off: a TRANSIENT rejection, after which it may be sent again. Throws what keeps it from answering.
 */
export async function recall(
  batch: Batch,
  { failure, target, since, tools }: Recalling,
): Promise<Outcome[]> {
  const ask = async (): Promise<(Outcome | undefined)[]> =>
    (await target.recall?.(batch, tools.signal, since)) ?? [];
  const found = await patiently(ask, tools);
  return Array.from({ length: batch.size }, (_, n) => {
    // An answer that is too short says nothing of the rest.
    if (n >= found.length) return { kind: 'unknown', failure };
    return found[n] ?? { kind: 'rejected', failure: notTaken() };
  });
}

function notTaken(): Failure {
  return new Failure(
    'TRANSIENT',
    'delivery.not_taken',
    'The destination was asked about a row whose answer was lost, and has not taken it.',
  );
}
