import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import type { Transaction } from '../database/database.js';
import { sealText } from '../sealed-text.js';
import { WakeUp } from '../wake-up.js';
import type { Mail } from './mailer.js';
import { addOutgoing, mailPurpose, type Occasion } from './outgoing-row.js';

/**
 * Where mail is dropped that nobody may wait for: whoever waited would learn by the time it takes whether a mail was sent.
 * It rests in the database from the transaction of its cause until it is sent, so no restart loses it. Most mails hold a
 * link that lets somebody in, so what rests there is sealed, and gone once it is sent or given up.
 */
@Injectable()
export class PostBox {
  /** Called when there is mail to collect; without it, it is found a little later. */
  readonly filled = new WakeUp();

  constructor(private readonly config: Config) {}

  /** With `isMeant` false the same is done, and nothing will be sent. `collect` comes after the transaction. */
  async drop(tx: Transaction, mail: Mail, about: Occasion, isMeant = true): Promise<void> {
    const id = randomUUID();
    const whose = { installation: this.config.secret, purpose: mailPurpose, id };
    const sealed = new Uint8Array(sealText(whose, JSON.stringify(mail)));
    // A stranger's address is nobody's to read.
    const isKnown = about.workspaceId !== undefined || about.userId !== undefined;
    await addOutgoing(tx, { id, sealed, about, recipient: isKnown ? mail.to : null, isMeant });
  }

  collect(): void {
    this.filled.call();
  }
}
