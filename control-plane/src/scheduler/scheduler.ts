import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { SchedulerService } from './scheduler.service.js';

/** How late a run may be; also bounds how often the database is asked. */
const everyMs = 1_000;

/** Looks at the schedules for as long as the application lives. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Scheduler.name);
  private readonly stop = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  constructor(
    private readonly service: SchedulerService,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.ended = this.loop(this.stop.signal);
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await this.ended;
  }

  private async loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await this.clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  /** A database that is away for a moment must not end the loop. */
  private async look(signal: AbortSignal): Promise<void> {
    try {
      await this.service.startDue(signal);
    } catch (error) {
      this.logger.error({ err: error }, 'Starting what is due failed; trying again');
    }
  }
}
