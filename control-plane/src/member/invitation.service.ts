import { Injectable } from '@nestjs/common';
import { addressOf } from '../account/address.js';
import { invitationMail } from '../account/mail-text.js';
import { makeToken } from '../account/token.js';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { PostBox } from '../mail/post-box.js';
import { assertWithin, isAbove } from './grant.js';
import type { Invitation } from './member.model.js';

const livesMs = 7 * 86_400_000;
/** An address gets one mail a minute at most, and a workspace sends no end of them: we are nobody's spam server. */
const againAfterMs = 60_000;
const mostOpen = 100;

const shown = {
  id: true,
  email: true,
  role: true,
  invitedBy: true,
  sentAt: true,
  expiresAt: true,
} as const;

@Injectable()
export class InvitationService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly postBox: PostBox,
  ) {}

  list({ workspaceId }: Caller): Promise<Invitation[]> {
    const where = { workspaceId, expiresAt: { gt: this.clock.now() } };
    return this.database
      .of(workspaceId)
      .invitation.findMany({ where, select: shown, orderBy: { email: 'asc' } });
  }

  /** A second one to the same address takes the place of the first, whose link ends. */
  async invite(caller: Caller, wanted: { email: string; role: string }): Promise<Invitation> {
    const { workspaceId } = caller;
    const email = addressOf(wanted.email);
    const role = assertWithin(caller, wanted.role);
    const { token, hash } = makeToken('dbi');
    const sentAt = this.clock.now();
    const expiresAt = new Date(sentAt.getTime() + livesMs);
    const invitation = await this.database.of(workspaceId).$transaction(async (tx) => {
      await this.assertRoom(tx, caller, email);
      const said = { role, invitedBy: caller.name, hash, sentAt, expiresAt };
      const made = await tx.invitation.upsert({
        where: { workspaceId_email: { workspaceId, email } },
        create: { workspaceId, email, ...said },
        update: said,
        select: { ...shown, workspace: { select: { name: true } } },
      });
      await AuditService.record(tx, caller, {
        action: 'member.invite',
        subject: { kind: 'invitation', id: made.id, name: email },
        after: { email, role },
      });
      const named = { to: email, token, workspace: made.workspace.name, invitedBy: caller.name };
      const about = { kind: 'invitation', workspaceId, livesMinutes: livesMs / 60_000 } as const;
      await this.postBox.drop(tx, invitationMail(this.config, named), about);
      return made;
    });
    this.postBox.collect();
    return invitation;
  }

  async revoke(caller: Caller, id: string): Promise<Invitation> {
    const where = { id: isUuid(id) ? id : '', workspaceId: caller.workspaceId };
    return this.database.of(caller.workspaceId).$transaction(async (tx) => {
      const found = where.id ? await tx.invitation.findFirst({ where, select: shown }) : null;
      if (!found) throw new AppError('invitation.not_found', 'There is no such invitation.');
      if (isAbove(found.role, caller.role))
        throw new AppError(
          'member.exceeds',
          `This invitation is for an ${found.role}, and you are ${caller.role}. Ask somebody of that role.`,
        );
      const { count } = await tx.invitation.deleteMany({ where });
      if (count > 0)
        await AuditService.record(tx, caller, {
          action: 'member.revoke_invitation',
          subject: { kind: 'invitation', id, name: found.email },
          before: { email: found.email, role: found.role },
        });
      return found;
    });
  }

  private async assertRoom(tx: Transaction, caller: Caller, email: string): Promise<void> {
    const { workspaceId } = caller;
    const now = this.clock.now();
    if (await tx.member.findFirst({ where: { workspaceId, user: { email } } }))
      throw new AppError(
        'invitation.member',
        `${email} is a member already. Change the role there.`,
      );
    const former = await tx.invitation.findUnique({
      where: { workspaceId_email: { workspaceId, email } },
    });
    if (former && isAbove(former.role, caller.role))
      throw new AppError('member.exceeds', `${email} is invited as ${former.role} already.`);
    if (former && now.getTime() - former.sentAt.getTime() < againAfterMs)
      throw new AppError('invitation.too_soon', 'A mail is on its way. Try again in a minute.');
    await tx.invitation.deleteMany({ where: { workspaceId, expiresAt: { lte: now } } });
    if ((await tx.invitation.count({ where: { workspaceId } })) >= mostOpen)
      throw new AppError(
        'invitation.too_many',
        `A workspace has ${mostOpen} open invitations at most. Take some back first.`,
      );
  }
}
