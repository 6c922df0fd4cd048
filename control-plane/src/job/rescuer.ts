import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { JobService } from './job.service.js';

/** A lease that ran out waits at most so long until its job goes on, and less where leases are short. */
const longestMs = 5_000;

/** Looks for leases that ran out, for as long as the application lives. */
@Injectable()
export class Rescuer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Rescuer.name);
  private readonly stop = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: JobService,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.ended = this.loop(this.stop.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  private async loop(signal: AbortSignal): Promise<void> {
    const everyMs = Math.min(longestMs, this.config.leaseMs / 2);
    while (!signal.aborted) {
      await this.rescue();
      await this.clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  /** A database that is away for a moment must not end the loop. */
  private async rescue(): Promise<void> {
    try {
      await this.jobs.rescue();
    } catch (error) {
      this.logger.error({ err: error }, 'Looking for expired leases failed; trying again');
    }
  }
}
