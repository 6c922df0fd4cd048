import { Failure, failureOf } from '../failure.js';
import { Patience } from './retry.js';
import type { SyncTools } from './tools.js';

/**
 * Asks the destination through the connection's limiter, and again as long as it is only a matter of time. `isFinal`:
 * failures after which nothing may be asked again.
 */
export async function patiently<T>(
  work: () => Promise<T>,
  tools: Pick<SyncTools, 'clock' | 'signal' | 'limiter' | 'lease'>,
  isFinal: (failure: Failure) => boolean = () => false,
): Promise<T> {
  const { clock, signal } = tools;
  const patience = new Patience();
  for (;;) {
    const result = await once(work, tools);
    if (!(result instanceof Failure)) return result;
    if (result.kind !== 'TRANSIENT' || isFinal(result)) throw result;
    if (signal.aborted) throw result;
    await clock.sleep(patience.delayMs(result, Math.random), signal);
  }
}

/** Asks once; what it failed with is returned. */
export async function once<T>(
  work: () => Promise<T>,
  { limiter, lease, signal }: Pick<SyncTools, 'signal' | 'limiter' | 'lease'>,
): Promise<T | Failure> {
  const leave = await limiter.enter(signal);
  try {
    lease.assertTrusted();
    const result = await work().catch(failureOf);
    limiter.heed(result instanceof Failure ? result : undefined);
    return result;
  } finally {
    leave();
  }
}
