import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { forgetOld } from '../database/forget-old.js';
import { Rounds } from '../rounds.js';
import { Sender } from './sender.js';

/** So late an event may be told. */
const everyMs = 1_000;
const forgetEveryMs = 60_000;
const old = { table: 'Delivery', keptDays: 30, most: 1_000 } as const;

/** Tells channels what happened, for as long as the application lives. */
@Injectable()
export class ChannelRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sending: Rounds;
  private readonly forgetting: Rounds;

  constructor(
    private readonly sender: Sender,
    private readonly database: Database,
    clock: Clock,
  ) {
    const logger = new Logger(ChannelRounds.name);
    this.sending = new Rounds(clock, logger, 'Telling channels failed; trying again');
    this.forgetting = new Rounds(clock, logger, 'Forgetting old deliveries failed; trying again');
  }

  onApplicationBootstrap(): void {
    this.sending.start(everyMs, async (signal) => {
      await this.sender.takeEvents();
      await this.sender.begin(signal);
    });
    this.forgetting.start(forgetEveryMs, () => forgetOld(this.database.system, old));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.sending.stop(), this.forgetting.stop()]);
    await this.sender.ended();
  }
}
