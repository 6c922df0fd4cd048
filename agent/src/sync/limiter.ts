import type { Clock } from '../clock.js';
import type { Failure } from '../failure.js';
import { longestWishMs } from './retry.js';

/**
 * The pace of one destination connection: at most so many requests at once, and at most so many a second. Shared by
 * all runs on the connection. `slowDown` halves the pace after a 429 or 5xx; it recovers with every success.
 */
export class Limiter {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private nextAt = 0;
  private slowness = 1;
  /** Before this nobody enters: the far side has asked to be left alone. */
  private heldUntil = 0;
  /** The most that were in at once: where no limit is set, that is what a slow-down begins from. */
  private peak = 1;

  /** The same for everyone: what is given back is one place, whoever had it. */
  private readonly givesBack = Promise.resolve(() => this.leave());

  constructor(
    private readonly limits: { requestsPerSecond: number; concurrency: number },
    private readonly clock: Clock,
  ) {}

  /** The most that are let in at once; Infinity where no limit is set. */
  get concurrency(): number {
    return this.limits.concurrency || Infinity;
  }

  /** Resolves to the function that gives the place back. Who need not wait is in when this returns. */
  enter(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted || !this.isOpen()) return this.enterInTurn(signal);
    this.occupy();
    return this.givesBack;
  }

  slowDown(): void {
    this.slowness = Math.min(this.slowness * 2, 64);
  }

  /** What one run is told, every run on the connection obeys. */
  heed(failure: Failure | undefined): void {
    if (failure?.kind !== 'TRANSIENT') return failure ? undefined : this.recover();
    this.slowDown();
    if (failure.retryAfterMs <= longestWishMs) this.holdFor(failure.retryAfterMs);
  }

  /** For all who enter from now on, in milliseconds. */
  holdFor(ms: number): void {
    this.heldUntil = Math.max(this.heldUntil, this.clock.monotonicMs() + ms);
  }

  recover(): void {
    this.slowness = Math.max(1, this.slowness * 0.8);
  }

  private isOpen(): boolean {
    const isHeld = this.heldUntil > 0 && this.heldUntil > this.clock.monotonicMs();
    return !isHeld && this.limits.requestsPerSecond === 0 && this.running < this.most();
  }

  private async enterInTurn(signal: AbortSignal): Promise<() => void> {
    await this.place(signal);
    try {
      await this.pace(signal);
    } catch (error) {
      this.leave();
      throw error;
    }
    return this.givesBack;
  }

  private async place(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.running >= this.most()) await this.turn(signal);
    if (signal.aborted) {
      // The turn that was meant for this one goes to the next.
      this.waiting.shift()?.();
      signal.throwIfAborted();
    }
    this.occupy();
  }

  private occupy(): void {
    this.running += 1;
    this.peak = Math.max(this.peak, this.running);
  }

  private most(): number {
    const { concurrency } = this.limits;
    if (concurrency === 0 && this.slowness === 1) return Infinity;
    return Math.max(1, Math.floor((concurrency || this.peak) / this.slowness));
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
    await this.leftAlone(signal);
    if (this.limits.requestsPerSecond === 0) return;
    const now = this.clock.monotonicMs();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + (1000 / this.limits.requestsPerSecond) * this.slowness;
    if (at > now) await this.clock.sleep(at - now, signal);
  }

  /** The wish may be renewed meanwhile. */
  private async leftAlone(signal: AbortSignal): Promise<void> {
    for (let until = 0; this.heldUntil > until;) {
      until = this.heldUntil;
      const leftMs = until - this.clock.monotonicMs();
      if (leftMs > 0) await this.clock.sleep(leftMs, signal);
    }
  }

  private leave(): void {
    this.running -= 1;
    this.waiting.shift()?.();
  }
}
