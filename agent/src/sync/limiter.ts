import type { Clock } from '../clock.js';

/**
 * The pace of one destination connection: at most so many requests at once, and at most so many a second. Shared by
 * all runs on the connection. `slowDown` halves the pace after a 429 or 5xx; it recovers with every success.
 */
export class Limiter {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private nextAt = 0;
  private slowness = 1;

  constructor(
    private readonly limits: { requestsPerSecond: number; concurrency: number },
    private readonly clock: Clock,
  ) {}

  /** Resolves to the function that gives the place back. */
  async enter(signal: AbortSignal): Promise<() => void> {
    await this.place(signal);
    try {
      await this.pace(signal);
    } catch (error) {
      this.leave();
      throw error;
    }
    return () => this.leave();
  }

  slowDown(): void {
    this.slowness = Math.min(this.slowness * 2, 64);
  }

  recover(): void {
    this.slowness = Math.max(1, this.slowness * 0.8);
  }

  private async place(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.running >= this.most()) await this.turn(signal);
    if (signal.aborted) {
      // The turn that was meant for this one goes to the next.
      this.waiting.shift()?.();
      signal.throwIfAborted();
    }
    this.running += 1;
  }

  private most(): number {
    const { concurrency } = this.limits;
    return concurrency === 0 ? Infinity : Math.max(1, Math.floor(concurrency / this.slowness));
  }

  /** Resolves when a place may be free, or when nobody wants it any more. */
  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        resolve();
      };
      this.waiting.push(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  private async pace(signal: AbortSignal): Promise<void> {
    if (this.limits.requestsPerSecond === 0) return;
    const now = this.clock.monotonicMs();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + (1000 / this.limits.requestsPerSecond) * this.slowness;
    if (at > now) await this.clock.sleep(at - now, signal);
  }

  private leave(): void {
    this.running -= 1;
    this.waiting.shift()?.();
  }
}
