import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { PostBox } from '../mail/post-box.js';
import { accountOf, addressOf } from './address.js';
import { personAt, type Asker } from './asker.js';
import { passwordChangedMail, resetMail } from './mail-text.js';
import { linkOver, makeMailedLink, spendMailedLink } from './mailed-link.js';
import { hashOfPassword, keepPassword } from './password.js';

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
  ) {}

  /** Answers alike, and after the same statements, whether the address has an account or not. */
  async ask(email: string): Promise<void> {
    const address = addressOf(email);
    const [token, person] = await this.database.$transaction(async (tx) => [
      await makeMailedLink(tx, this.linkFor(address)),
      await tx.user.findUnique({ where: { email: address }, select: { id: true } }),
    ]);
    if (token !== undefined && person) this.postBox.drop(resetMail(this.config, address, token));
  }

  /** All sessions of the person end with it. A second factor stays what it was. */
  async finish(wanted: PasswordReset, asker: Asker): Promise<{ email: string; userId: string }> {
    const email = addressOf(wanted.email);
    const password = await hashOfPassword(wanted.password);
    const userId = await this.database.$transaction(async (tx) => {
      await spendMailedLink(tx, this.linkFor(email), wanted.token);
      const person = await tx.user.findUnique({ where: { email } });
      if (!person) throw linkOver();
      await keepPassword(tx, person.id, password);
      await tx.session.deleteMany({ where: { userId: person.id } });
      await recordEverywhere(tx, person, asker);
      return person.id;
    });
    this.postBox.drop(passwordChangedMail(this.config, email));
    return { email, userId };
  }

  private linkFor(address: string) {
    return { purpose: 'reset', account: accountOf(address, this.config.secret) } as const;
  }
}

/** A person belongs to several workspaces, and each keeps a log of its own; always in one order, or two would wait for each other. */
async function recordEverywhere(
  tx: Transaction,
  { id, name }: { id: string; name: string },
  asker: Asker,
): Promise<void> {
  const orderBy = { workspaceId: 'asc' } as const;
  for (const { workspaceId } of await tx.member.findMany({ where: { userId: id }, orderBy }))
    await AuditService.record(tx, personAt(asker, { id, name, workspaceId }), {
      action: 'account.reset_password',
      subject: { kind: 'user', id, name },
    });
}
