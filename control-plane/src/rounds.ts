import type { Logger } from '@nestjs/common';
import type { Clock } from './clock.js';

type Round = (signal: AbortSignal) => Promise<number | undefined | void>;

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

  /** A round that answers milliseconds wants the next one so soon, rather than after `everyMs`. */
  start(everyMs: number, round: Round): void {
    this.ended = this.loop(everyMs, round, this.stopping.signal);
  }

  /** Resolves when the round that is under way has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async loop(everyMs: number, round: Round, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let restMs = everyMs;
      try {
        restMs = (await round(signal)) ?? everyMs;
      } catch (error) {
        this.logger.error({ err: error }, this.failed);
      }
      await this.clock.sleep(restMs, signal).catch(() => undefined);
    }
  }
}
