import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { takeEvents } from '../event/take-events.js';
import { Rounds } from '../rounds.js';
import { forgetAlerts } from './forget.js';
import { watchEvents } from './watch-events.js';
import { watchTime } from './watch-time.js';

/** So late an alert may be raised. */
const eventsEveryMs = 1_000;
const timeEveryMs = 10_000;
const forgetEveryMs = 600_000;
const eventsAtOnce = 200;
const consumer = 'alerts';

/** Raises and resolves alerts, for as long as the application lives. Any number of processes may do so at once. */
@Injectable()
export class Watcher implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly rounds: Rounds[];

  constructor(
    private readonly database: Database,
    clock: Clock,
  ) {
    const logger = new Logger(Watcher.name);
    this.rounds = ['Raising alerts', 'Looking for what lasts too long', 'Forgetting alerts'].map(
      (what) => new Rounds(clock, logger, `${what} failed; trying again`),
    );
  }

  onApplicationBootstrap(): void {
    const [events, time, forgetting] = this.rounds;
    events?.start(eventsEveryMs, () => this.takeEvents());
    time?.start(timeEveryMs, () => this.lookAtTime());
    forgetting?.start(forgetEveryMs, () => forgetAlerts(this.database.system));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.rounds.map((rounds) => rounds.stop()));
  }

  async takeEvents(): Promise<void> {
    let taken = eventsAtOnce;
    while (taken === eventsAtOnce)
      taken = await this.database.system.$transaction(async (tx) => {
        const events = await takeEvents(tx, consumer, eventsAtOnce);
        await watchEvents(tx, events);
        return events.length;
      });
  }

  async lookAtTime(): Promise<void> {
    await this.database.system.$transaction(watchTime);
  }
}
