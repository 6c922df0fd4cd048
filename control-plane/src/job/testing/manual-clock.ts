import type { Clock } from '../../clock.js';

interface Sleeper {
  until: number;
  wake: () => void;
}

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  private ms = 0;
  private readonly waiting = new Set<Sleeper>();
  private noticed: () => void = () => undefined;

  now(): Date {
    return new Date(this.ms);
  }

  monotonicMs(): number {
    return this.ms;
  }

  get sleepers(): number {
    return this.waiting.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        this.waiting.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper = { until: this.ms + ms, wake };
      signal?.addEventListener('abort', abort, { once: true });
      this.waiting.add(sleeper);
      this.noticed();
    });
  }

  /** Resolves when somebody sleeps. */
  async sleeping(): Promise<void> {
    if (this.waiting.size === 0) await new Promise<void>((resolve) => (this.noticed = resolve));
  }

  /** Wakes whoever has slept long enough by then. */
  pass(ms: number): void {
    this.ms += ms;
    const woken = [...this.waiting].filter(({ until }) => until <= this.ms);
    for (const sleeper of woken) {
      this.waiting.delete(sleeper);
      sleeper.wake();
    }
  }
}
