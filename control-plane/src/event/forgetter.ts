import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { forgetOld } from '../database/forget-old.js';
import { Rounds } from '../rounds.js';

const everyMs = 10_000;
/** A consumer that comes back after a longer time goes on with what is left. */
export const oldEvents = { table: 'Event', keptDays: 7, most: 5_000 } as const;

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
    this.rounds.start(everyMs, () => forgetOld(this.database.system, oldEvents));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
