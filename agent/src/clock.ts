import { setTimeout as wait, setInterval as ticks } from 'node:timers/promises';

/** The only way to read or spend time, so that tests can hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch, for timestamps that people read. */
  now(): number;
  /** Milliseconds that never go backwards, for durations, leases and deadlines. */
  monotonicMs(): number;
  /** Never resolves early, however long. Rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Does something every `ms` milliseconds, at most 2^31 - 1, until the signal is aborted. Keeps no process alive. */
  every(ms: number, act: () => void, signal: AbortSignal): void;
}

/** Node takes a longer wait, 2^31 ms and above, for one of 1 ms. */
const longestWaitMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    const until = performance.now() + ms;
    try {
      // A timer may fire a fraction of a millisecond early as well.
      for (let leftMs = ms; ; leftMs = until - performance.now()) {
        await wait(
          Math.min(Math.max(0, leftMs), longestWaitMs),
          undefined,
          signal ? { signal } : {},
        );
        if (!(performance.now() < until)) return;
      }
    } catch (error) {
      // Node rejects with an error of its own that hides why we were woken.
      signal?.throwIfAborted();
      throw error;
    }
  },
  every: (ms, act, signal) => void tick(ms, act, signal),
};

async function tick(ms: number, act: () => void, signal: AbortSignal): Promise<void> {
  try {
    for await (const _ of ticks(ms, undefined, { signal, ref: false })) act();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
