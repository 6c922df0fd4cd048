import { Injectable, Logger } from '@nestjs/common';
import { Counter } from 'prom-client';
import { AppError } from '../app-error.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { registry } from '../registry.js';
import { unsealText } from '../sealed-text.js';
import { mailWait } from './mail-wait.js';
import { Mailer, type Mail } from './mailer.js';
import {
  claimMail,
  giveUp,
  mailPurpose,
  putOff,
  removeSent,
  type DueMail,
} from './outgoing-row.js';

/** At one moment, of one process: each has a connection to the mail server. */
const mostAtOnce = 8;

/** Stand for this mail and for good; anything else may pass. */
const forGood: readonly string[] = [
  'mail.refused',
  'mail.bad_address',
  'mail.sealed_otherwise',
  'mail.too_late',
];

const attempts = new Counter({
  name: 'drawbridge_mail_attempts_total',
  help: 'Attempts to send a mail to a person, by how they ended.',
  labelNames: ['outcome'],
  registers: [registry],
});
for (const outcome of ['sent', 'put_off', 'given_up']) attempts.inc({ outcome }, 0);

/** Carries the mail that is due. Any number of processes may do so at once. */
@Injectable()
export class Postman {
  private readonly logger = new Logger(Postman.name);

  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** Resolves when all that is due was attempted once. */
  async sendDue(): Promise<void> {
    for (let taken = mostAtOnce; taken === mostAtOnce;) {
      const due = await claimMail(this.database.system, mostAtOnce);
      await Promise.all(due.map((mail) => this.attempt(mail)));
      taken = due.length;
    }
  }

  private async attempt(due: DueMail): Promise<void> {
    const error = await this.send(due).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    const { system } = this.database;
    if (error === undefined) {
      attempts.inc({ outcome: 'sent' });
      return removeSent(system, due);
    }
    const problem = error instanceof AppError ? error.code : 'mail.unreachable';
    const isFinal = forGood.includes(problem);
    const waitMs = isFinal ? undefined : mailWait(due.attempts, due.leftMs, Math.random());
    attempts.inc({ outcome: waitMs === undefined ? 'given_up' : 'put_off' });
    this.logger.warn({ err: error }, 'A mail was not sent');
    if (waitMs === undefined) return giveUp(system, due, problem);
    return putOff(system, due, { problem, waitMs });
  }

  private async send({ id, sealed, leftMs }: DueMail): Promise<void> {
    if (leftMs <= 0)
      throw new AppError('mail.too_late', 'The link in this mail has ended. Ask for another mail.');
    await this.mailer.send({ ...this.mailIn(id, sealed), id });
  }

  private mailIn(id: string, sealed: Uint8Array): Mail {
    const whose = { installation: this.config.secret, purpose: mailPurpose, id };
    try {
      return JSON.parse(unsealText(whose, sealed)) as Mail;
    } catch (cause) {
      throw new AppError(
        'mail.sealed_otherwise',
        'DRAWBRIDGE_SECRET is not the one that this mail was written with. Ask for another mail.',
        { cause },
      );
    }
  }
}
