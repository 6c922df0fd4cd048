import { uptime } from 'node:os';
import { setTimeout as wait, setInterval as ticks } from 'node:timers/promises';

/** The only way to read or spend time, so that tests can hand in their own. */
export interface Clock {
  /** Milliseconds since the epoch, for timestamps that people read. */
  now(): number;
  /** Milliseconds that never go backwards and go on while the machine sleeps, for durations, leases and deadlines. */
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
  monotonicMs: awakeOrNot({
    wallMs: () => Date.now(),
    awakeMs: () => performance.now(),
    bootMs: () => uptime() * 1000,
  }),
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

/** More than what the other clocks round, less than any lease. */
const noticeableMs = 250;

/**
 * The kernel's monotonic clock stands still while a machine is suspended, and its lease elsewhere does not. The time
 * since boot goes on, but is asked for through a file; so it is asked when the wall clock has moved otherwise than ours.
 */
export function awakeOrNot(
  clocks: Record<'wallMs' | 'awakeMs' | 'bootMs', () => number>,
): () => number {
  const ahead = clocks.bootMs() - clocks.awakeMs();
  let lead = clocks.wallMs() - clocks.awakeMs();
  let asleepMs = 0;
  return () => {
    const awakeMs = clocks.awakeMs();
    const leadNow = clocks.wallMs() - awakeMs;
    if (Math.abs(leadNow - lead) > noticeableMs) {
      lead = leadNow;
      const sleptMs = clocks.bootMs() - awakeMs - ahead;
      if (sleptMs - asleepMs > noticeableMs / 2) asleepMs = sleptMs;
    }
    return awakeMs + asleepMs;
  };
}
