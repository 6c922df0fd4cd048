import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database, type Transaction } from '../database/database.js';
import { Rounds } from '../rounds.js';
import { removeOldEntries, removeOldRequests, removeOldRuns, type Step } from './remove-old.js';

const everyMs = 10 * 60_000;
/** Between two batches, so that a year that becomes too old at once slows nobody down. */
const pauseMs = 100;

/** Removes what is older than it is kept, for as long as the application lives. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    const failed = 'Removing what is too old failed; trying again';
    this.rounds = new Rounds(clock, new Logger(Retention.name), failed);
  }

  onApplicationBootstrap(): void {
    this.rounds.start(everyMs, (signal) => this.removeOld(signal));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  async removeOld(signal: AbortSignal): Promise<void> {
    for (const remove of [removeOldRuns, removeOldRequests, removeOldEntries])
      await this.removeAll(remove, signal);
  }

  private async removeAll(
    remove: (tx: Transaction) => Promise<Step>,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted && (await this.database.system.$transaction(remove)) === 'more')
      await this.clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}
