import { Injectable, Logger } from '@nestjs/common';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { forgetOld } from '../database/forget-old.js';
import { Rounds } from '../rounds.js';
import { PostBox } from './post-box.js';
import { Postman } from './postman.js';

/** Mail of a replica that stopped, or whose time to be tried again has come. */
const everyMs = 2_000;
const forgetEveryMs = 60_000;
const old = { table: 'OutgoingMail', keptDays: 30, most: 1_000 } as const;

/** Sends what people are to get, for as long as the application lives. */
@Injectable()
export class MailRounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sending: Rounds;
  private readonly forgetting: Rounds;

  constructor(
    private readonly postman: Postman,
    private readonly postBox: PostBox,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    const logger = new Logger(MailRounds.name);
    this.sending = new Rounds(clock, logger, 'Mail was not sent; trying again');
    this.forgetting = new Rounds(clock, logger, 'Forgetting old mail failed; trying again');
  }

  onApplicationBootstrap(): void {
    this.sending.start(0, async (signal) => {
      await this.postBox.filled.sleep(this.clock, everyMs, signal);
      if (!signal.aborted) await this.postman.sendDue();
    });
    this.forgetting.start(forgetEveryMs, () => forgetOld(this.database.system, old));
  }

  /** What is on its way is sent; the rest is there for who comes next. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.sending.stop(), this.forgetting.stop()]);
  }
}
