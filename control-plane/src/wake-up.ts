import type { Clock } from './clock.js';

/** Lets one loop sleep for a while or until somebody calls. A call while nobody sleeps is kept for the next sleep. */
export class WakeUp {
  private isCalled = false;
  private wake: () => void = () => undefined;

  call = (): void => {
    this.isCalled = true;
    this.wake();
  };

  /** Resolves, never rejects: whoever slept looks at the signal himself. */
  async sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const called = new AbortController();
    this.wake = () => called.abort();
    const either = AbortSignal.any([signal, called.signal]);
    if (!this.isCalled) await clock.sleep(ms, either).catch(() => undefined);
    this.isCalled = false;
  }
}
