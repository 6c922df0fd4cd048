import type { Clock } from '../clock.js';

interface Sleeper {
  wakesAt: number;
  wake: () => void;
}

/** A clock that a test moves by hand; sleepers wake in the order of their times. */
export class HandClock implements Clock {
  private ms = 0;
  private readonly sleepers = new Set<Sleeper>();

  now(): number {
    return Date.UTC(2026, 0, 2) + this.ms;
  }

  monotonicMs(): number {
    return this.ms;
  }

  get sleeping(): number {
    return this.sleepers.size;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { wakesAt: this.ms + ms, wake: resolve };
    const stop = (): void => reject(signal?.reason);
    this.sleepers.add(sleeper);
    signal?.addEventListener('abort', stop, { once: true });
    await promise.finally(() => {
      this.sleepers.delete(sleeper);
      signal?.removeEventListener('abort', stop);
    });
  }

  every(ms: number, act: () => void, signal: AbortSignal): void {
    const again = async (): Promise<void> => {
      for (;;) {
        await this.sleep(ms, signal);
        act();
      }
    };
    void again().catch(() => undefined);
  }

  /** Time passes, and everyone whose time has come does what it woke for. */
  async pass(ms: number): Promise<void> {
    const until = this.ms + ms;
    for (;;) {
      await settled();
      const [next] = [...this.sleepers].toSorted((a, b) => a.wakesAt - b.wakesAt);
      if (!next || next.wakesAt > until) break;
      this.ms = Math.max(this.ms, next.wakesAt);
      this.sleepers.delete(next);
      next.wake();
    }
    this.ms = until;
    await settled();
  }

  /** The process was frozen: time went by, and nobody had a chance to notice. */
  freeze(ms: number): void {
    this.ms += ms;
  }
}

/** Lets every promise that can go on go on. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
