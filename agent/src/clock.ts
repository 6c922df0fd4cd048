import { setTimeout as wait } from 'node:timers/promises';

/** The only way to read or spend time, so that tests can hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch, for timestamps that people read. */
  now(): number;
  /** Milliseconds that never go backwards, for durations, leases and deadlines. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // Node rejects with an error of its own that hides why we were woken.
      signal?.throwIfAborted();
      throw error;
    }
  },
};
