import type { Logger } from '@nestjs/common';
import type { Clock } from './clock.js';

/**
 * Does one thing again and again, for as long as the application lives. A round that fails is logged and the next one comes
 * all the same: a database that is away for a moment must not end it.
 */
export class Rounds {
  private readonly stopping = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  /** `failed` is what the log says of a round that fails. */
  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly failed: string,
  ) {}

  start(everyMs: number, round: (signal: AbortSignal) => Promise<void>): void {
    this.ended = this.loop(everyMs, round, this.stopping.signal);
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async loop(
    everyMs: number,
    round: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        await round(signal);
      } catch (error) {
        this.logger.error({ err: error }, this.failed);
      }
      await this.clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }
}
