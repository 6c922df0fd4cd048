import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { PostBox } from '../mail/post-box.js';
import { accountOf, addressOf } from './address.js';
import { personAt, type Asker } from './asker.js';
import { foundWorkspace, makePerson, nameTaken } from './founding.js';
import { hasAccountMail, signUpMail } from './mail-text.js';
import { linkLivesMinutes, makeMailedLink, spendMailedLink } from './mailed-link.js';
import { hashOfPassword, keepPassword } from './password.js';

export interface SignUp {
  email: string;
  /** Of the link that was mailed there. */
  token: string;
  name: string;
  password: string;
  workspace: string;
}

/**
 * An account with a workspace of its own, for whoever shows that an address is theirs: first the address, then a mail, then
 * the rest. So there is never an account whose address nobody has seen, nor a password that somebody else chose for it.
 */
@Injectable()
export class SignUpService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly postBox: PostBox,
  ) {}

  get isOpen(): boolean {
    return this.config.signUp === 'open';
  }

  /** Of the identity provider, if there is one. */
  get oidcName(): string | null {
    return this.config.oidc?.name ?? null;
  }

  /** Answers alike, and after the same statements, whether the address has an account or not. */
  async ask(email: string): Promise<void> {
    this.assertOpen();
    const address = addressOf(email);
    await this.database.system.$transaction(async (tx) => {
      const token = await makeMailedLink(tx, this.linkFor(address));
      const person = await tx.user.findUnique({ where: { email: address }, select: { id: true } });
      const mail = person
        ? hasAccountMail(this.config, address)
        : signUpMail(this.config, address, token ?? '');
      const kind = person ? 'has_account' : 'sign_up';
      const about = { kind, userId: person?.id, livesMinutes: linkLivesMinutes } as const;
      await this.postBox.drop(tx, mail, about, token !== undefined);
    });
    this.postBox.collect();
  }

  /** All of it or nothing: when the workspace's name is taken, the link can be used again. */
  async finish(wanted: SignUp, asker: Asker): Promise<{ email: string }> {
    this.assertOpen();
    const email = addressOf(wanted.email);
    const password = await hashOfPassword(wanted.password, this.config);
    await this.database.system.$transaction(async (tx) => {
      await spendMailedLink(tx, this.linkFor(email), wanted.token);
      const [name, workspace] = [wanted.name.trim(), wanted.workspace.trim()];
      const id = await makePerson(tx, { email, name });
      if (id === undefined) throw hasAccount();
      const workspaceId = await foundWorkspace(tx, workspace);
      if (workspaceId === undefined) throw nameTaken(workspace);
      await keepPassword(tx, id, password);
      await tx.member.create({ data: { workspaceId, userId: id, role: 'owner' } });
      await AuditService.record(tx, personAt(asker, { id, name, workspaceId }), {
        action: 'workspace.create',
        subject: { kind: 'workspace', id: workspaceId, name: workspace },
        after: { name: workspace, owner: email },
      });
    });
    return { email };
  }

  private linkFor(address: string) {
    return { purpose: 'sign_up', account: accountOf(address, this.config.secret) } as const;
  }

  private assertOpen(): void {
    if (this.isOpen) return;
    throw new AppError(
      'account.sign_up_closed',
      'This server takes nobody in who was not invited. Ask an owner of a workspace for an invitation.',
    );
  }
}

const hasAccount = (): AppError =>
  new AppError('account.exists', 'This address has an account by now. Sign in with it.');
