import { Failure } from '../failure.js';
import type { Clock } from '../clock.js';
import type { Lease } from '../sync/sync-request.js';

export interface LeaseKey {
  jobId: string;
  epoch: bigint;
}

/**
 * The right to work on one job. Its states:
 *
 *   unproved → trusted: a heartbeat that named it was answered. An offer alone proves nothing: it may have waited in
 *     a buffer while we were frozen, and we can't know when it was sent
 *   trusted → trusted: renewed, counted from when the heartbeat was sent, not from when its answer came
 *   any → lost: somebody else's, or the trust window has passed; `signal` is aborted, there is no way back
 *   any → released: the job is over
 */
export class HeldLease implements Lease {
  readonly epoch: bigint;
  readonly jobId: string;
  private trustedUntilMs = -Infinity;
  private readonly loss = new AbortController();
  private readonly ended = new AbortController();
  private readonly proof = Promise.withResolvers<void>();

  constructor(
    key: LeaseKey,
    private readonly clock: Clock,
  ) {
    this.jobId = key.jobId;
    this.epoch = key.epoch;
  }

  /** Aborted with CANCELLED `lease.lost`. */
  get signal(): AbortSignal {
    return this.loss.signal;
  }

  get isLost(): boolean {
    return this.loss.signal.aborted;
  }

  /** `untilMs` on the monotonic clock; a window never shrinks, and a lost lease stays lost. */
  renew(untilMs: number): void {
    if (this.isLost || this.ended.signal.aborted || untilMs <= this.clock.monotonicMs()) return;
    const isFirst = this.trustedUntilMs === -Infinity;
    this.trustedUntilMs = Math.max(this.trustedUntilMs, untilMs);
    if (!isFirst) return;
    this.proof.resolve();
    void this.watch();
  }

  lose(): void {
    this.loss.abort(lost());
  }

  release(): void {
    this.ended.abort();
  }

  /** Resolves when the lease is trusted for the first time. */
  async whenTrusted(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const stop = (): void => aborted.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.race([this.proof.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  assertTrusted(): void {
    if (this.clock.monotonicMs() >= this.trustedUntilMs) this.lose();
    if (this.isLost) throw lost();
  }

  /** A run that asks nobody, because it waits for a database, is stopped as well. */
  private async watch(): Promise<void> {
    try {
      for (;;) {
        const leftMs = this.trustedUntilMs - this.clock.monotonicMs();
        if (leftMs <= 0) return this.lose();
        await this.clock.sleep(leftMs, this.ended.signal);
      }
    } catch {
      // Released: nobody works under it any more.
    }
  }
}

function lost(): Failure {
  return new Failure(
    'CANCELLED',
    'lease.lost',
    'Another agent may have the job by now, so this one stopped.',
  );
}
