import { Injectable } from '@nestjs/common';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { PostBox } from '../mail/post-box.js';
import { accountOf, addressOf } from './address.js';
import type { Asker } from './asker.js';
import { recordEverywhere } from './everywhere.js';
import { passwordChangedMail, resetMail } from './mail-text.js';
import { linkLivesMinutes, linkOver, makeMailedLink, spendMailedLink } from './mailed-link.js';
import { hashOfPassword, keepPassword } from './password.js';

/** Minutes; later nobody would know what it is about. */
const livesMinutes = 3 * 24 * 60;

export interface PasswordReset {
  email: string;
  /** Of the link that was mailed there. */
  token: string;
  password: string;
}

/** A new password for who can read the mail of an account's address. */
@Injectable()
export class PasswordResetService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly postBox: PostBox,
    private readonly notices: Notices,
  ) {}

  /** Answers alike, and after the same statements, whether the address has an account or not. */
  async ask(email: string): Promise<void> {
    const address = addressOf(email);
    await this.database.system.$transaction(async (tx) => {
      const token = await makeMailedLink(tx, this.linkFor(address));
      const person = await tx.user.findUnique({ where: { email: address }, select: { id: true } });
      const mail = resetMail(this.config, address, token ?? '');
      const about = { kind: 'reset', userId: person?.id, livesMinutes: linkLivesMinutes } as const;
      await this.postBox.drop(tx, mail, about, token !== undefined && person !== null);
    });
    this.postBox.collect();
  }

  /** All sessions of the person end with it. A second factor stays what it was. */
  async finish(wanted: PasswordReset, asker: Asker): Promise<{ email: string; userId: string }> {
    const email = addressOf(wanted.email);
    const password = await hashOfPassword(wanted.password, this.config);
    const userId = await this.database.system.$transaction(async (tx) => {
      await spendMailedLink(tx, this.linkFor(email), wanted.token);
      const person = await tx.user.findUnique({ where: { email } });
      if (!person) throw linkOver();
      await keepPassword(tx, person.id, password);
      await tx.session.deleteMany({ where: { userId: person.id } });
      await recordEverywhere(tx, { action: 'account.reset_password', userId: person.id }, asker);
      const about = { kind: 'password_changed', userId: person.id, livesMinutes } as const;
      await this.postBox.drop(tx, passwordChangedMail(this.config, email), about);
      return person.id;
    });
    await this.notices.publish({ kind: 'access_changed' });
    this.postBox.collect();
    return { email, userId };
  }

  private linkFor(address: string) {
    return { purpose: 'reset', account: accountOf(address, this.config.secret) } as const;
  }
}
