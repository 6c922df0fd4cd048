import type { Batch, Outcome, Target } from '../connector/destination.js';
import { Failure } from '../failure.js';
import { patiently } from './patiently.js';
import type { SyncTools } from './tools.js';

/** What a lost connection still holds is delivered by then, and what was taken can be seen, in milliseconds. */
const settlesMs = 5_000;

/**
 * Asks the destination what became of a batch that may have been taken, once that has had the time to be seen. What was
 * not taken is put off: a TRANSIENT rejection, after which it may be sent again. Throws what keeps it from answering.
 */
export async function recall(
  batch: Batch,
  {
    failure,
    target,
    tools,
  }: {
    failure: Failure;
    target: Target;
    tools: Pick<SyncTools, 'clock' | 'signal' | 'limiter' | 'lease'>;
  },
): Promise<Outcome[]> {
  await tools.clock.sleep(settlesMs, tools.signal);
  const found = await patiently(
    async () => (await target.recall?.(batch, tools.signal)) ?? [],
    tools,
  );
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
