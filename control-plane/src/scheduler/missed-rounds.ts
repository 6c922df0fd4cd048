import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseTime } from '../database/database-time.js';
import { Rounds } from '../rounds.js';
import { tellMissedRuns } from './missed-runs.js';

/** So late it may be said that a run was missed. */
const everyMs = 5_000;

/** A run that does not begin writes nothing, so somebody has to look. */
@Injectable()
export class MissedRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly time: DatabaseTime,
    clock: Clock,
  ) {
    const failed = 'Looking for runs that did not begin in time failed; trying again';
    this.rounds = new Rounds(clock, new Logger(MissedRounds.name), failed);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(everyMs, (signal) => tellMissedRuns(this.database.system, this.time, signal));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
