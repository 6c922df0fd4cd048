import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';

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

  /** Rejects with the signal's reason when it is aborted. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await wait(ms, undefined, signal ? { signal } : {});
  }
}
