import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

/** Node takes a longer wait, 2^31 ms and above, for one of 1 ms. */
const longestWaitMs = 2 ** 31 - 1;

/** The only way to read or spend time, so that tests can hand in their own. Leases are judged by the database's time. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date(Date.now());
  }

  /** Milliseconds that never go backwards. */
  monotonicMs(): number {
    return performance.now();
  }

  /** Never resolves early, however long. Rejects with the signal's reason when it is aborted. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
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
  }
}
