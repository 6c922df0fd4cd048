import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { Rounds } from '../rounds.js';
import { forgetEvents } from './take-events.js';

const everyMs = 10_000;

/** Keeps the events few, for as long as the application lives. */
@Injectable()
export class Forgetter implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    clock: Clock,
  ) {
    const failed = 'Forgetting old events failed; trying again';
    this.rounds = new Rounds(clock, new Logger(Forgetter.name), failed);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(everyMs, () => forgetEvents(this.database.system));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
