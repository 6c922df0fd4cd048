import { Failure } from '../failure.js';
import type { Run } from './run.js';

/** Work that changes nothing outside: told to stop, a run stops in the middle of it, even of a long statement. */
export async function interruptible<T>(
  { duck, tools: { signal } }: Pick<Run, 'duck' | 'tools'>,
  work: () => Promise<T>,
): Promise<T> {
  duck.obey(signal);
  try {
    return await work();
  } catch (error) {
    throw cancelled(signal) ?? error;
  } finally {
    duck.obey(undefined);
  }
}

/** Why a run is to stop, if it is. */
export function cancelled(signal: AbortSignal): Failure | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof Failure
    ? signal.reason
    : new Failure('CANCELLED', 'run.cancelled', 'The run was cancelled.');
}
