import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { Rounds } from '../rounds.js';
import { tellPresence } from './presence-row.js';

/** So late it may be said that an agent has come or gone. */
const everyMs = 5_000;

/** An agent that falls silent writes nothing, so somebody has to look. */
@Injectable()
export class PresenceRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
    clock: Clock,
  ) {
    const failed = 'Looking for agents that have come or gone failed; trying again';
    this.rounds = new Rounds(clock, new Logger(PresenceRounds.name), failed);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(everyMs, () => tellPresence(this.database.system, this.config.offlineMs));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }
}
