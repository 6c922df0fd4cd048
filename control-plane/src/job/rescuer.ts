import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Rounds } from '../rounds.js';
import { JobService } from './job.service.js';

/** A lease that ran out waits at most so long until its job goes on, and less where leases are short. */
const longestMs = 5_000;

/** Looks for leases that ran out, for as long as the application lives. */
@Injectable()
export class Rescuer implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly jobs: JobService,
    clock: Clock,
    private readonly config: Config,
  ) {
    const failed = 'Looking for expired leases failed; trying again';
    this.rounds = new Rounds(clock, new Logger(Rescuer.name), failed);
  }

  onApplicationBootstrap(): void {
    const everyMs = Math.min(longestMs, this.config.leaseMs / 2);
    this.rounds.start(everyMs, () => this.jobs.rescue());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
