import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Rounds } from '../rounds.js';
import { SchedulerService } from './scheduler.service.js';

/** How late a run may be; also bounds how often the database is asked. */
const everyMs = 1_000;

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
    this.rounds.start(everyMs, (signal) => this.service.startDue(signal));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
