import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Rounds } from '../rounds.js';
import { SchedulerService } from './scheduler.service.js';

/** What others put on the schedule meanwhile is seen so late at most. */
const everyMs = 1_000;
/** Slots that lie closer together are looked for together; also bounds how often the database is asked. */
const shortestMs = 100;

/** Looks at the schedules for as long as the application lives. */
@Injectable()
export class Scheduler implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly service: SchedulerService,
    clock: Clock,
  ) {
    const failed = 'Starting what is due failed; trying again';
    this.rounds = new Rounds(clock, new Logger(Scheduler.name), failed);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(everyMs, (signal) => this.look(signal));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  /** Looks again when the next slot comes, so that a run is no later than it must. */
  private async look(signal: AbortSignal): Promise<number> {
    const nextMs = (await this.service.startDue(signal)) ?? everyMs;
    return Math.min(everyMs, Math.max(shortestMs, nextMs));
  }
}
