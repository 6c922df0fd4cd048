import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { personAt, type Asker } from './asker.js';
import { makePerson } from './founding.js';
import { hashOfPassword, keepPassword } from './password.js';
import { hashOfToken } from './token.js';

/** What an invitation's page shows to who holds its link. */
export interface InvitationSeen {
  workspace: string;
  email: string;
  role: string;
  invitedBy: string;
  hasAccount: boolean;
}

export interface Joining {
  /** Of the invitation's link. */
  token: string;
  /** For an address without an account. */
  name: string;
  password: string;
}

/** The session that asks, if it is one. */
export interface Guest {
  sessionId: string;
  email: string;
}

/** How an invited person becomes a member. The link shows that the address is theirs, and is good for that address alone. */
@Injectable()
export class JoinService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async look(token: string): Promise<InvitationSeen> {
    const { workspace, email, role, invitedBy } = await this.invitationOf(
      this.database.system,
      token,
    );
    const person = await this.database.system.user.findUnique({
      where: { email },
      select: { id: true },
    });
    return { workspace: workspace.name, email, role, invitedBy, hasAccount: person !== null };
  }

  /** Who has an account must be signed in with it, so that a link that was passed on opens nobody else's. */
  async join(joining: Joining, asker: Asker, guest?: Guest): Promise<{ email: string }> {
    const { email } = await this.invitationOf(this.database.system, joining.token);
    const person = await this.database.system.user.findUnique({ where: { email } });
    if (person && guest?.email !== email) throw signInFirst(email);
    const password = person ? undefined : await hashOfPassword(joining.password, this.config);
    await this.database.system.$transaction(async (tx) => {
      const invitation = await this.invitationOf(tx, joining.token);
      await tx.invitation.delete({ where: { id: invitation.id } });
      const name = person?.name ?? joining.name.trim();
      const id = person?.id ?? (await makePerson(tx, { email, name }));
      // Somebody made the account while this was on its way.
      if (id === undefined) throw signInFirst(email);
      if (password !== undefined) await keepPassword(tx, id, password);
      await enter(tx, invitation, { id, name, asker });
      const where = { id: guest?.sessionId ?? '', userId: id };
      await tx.session.updateMany({ where, data: { workspaceId: invitation.workspaceId } });
    });
    return { email };
  }

  private async invitationOf(tx: Transaction, token: string) {
    const invitation = await tx.invitation.findUnique({
      where: { hash: hashOfToken(token), expiresAt: { gt: this.clock.now() } },
      include: { workspace: { select: { name: true } } },
    });
    if (invitation) return invitation;
    throw new AppError(
      'invitation.over',
      'This invitation was used before, taken back, or is older than a week. Ask for another one.',
    );
  }
}

/** Who is a member already keeps the role that they have. */
async function enter(
  tx: Transaction,
  {
    workspaceId,
    role,
    invitedBy,
    email,
  }: { workspaceId: string; role: string; invitedBy: string; email: string },
  { id, name, asker }: { id: string; name: string; asker: Asker },
): Promise<void> {
  const data = [{ workspaceId, userId: id, role }];
  const [made] = await tx.member.createManyAndReturn({ data, skipDuplicates: true });
  if (!made) return;
  await AuditService.record(tx, personAt(asker, { id, name, workspaceId }), {
    action: 'member.join',
    subject: { kind: 'member', id: made.id, name },
    after: { email, role, invitedBy },
  });
}

const signInFirst = (email: string): AppError =>
  new AppError('invitation.sign_in', `Sign in as ${email}, then open the invitation again.`);
