import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, type Transaction } from '../database/database.js';
import { Notices } from '../database/notices.js';
import { isUuid } from '../database/uuid.js';
import { assertWithin, isAbove } from './grant.js';
import type { Member } from './member.model.js';

const shown = {
  id: true,
  role: true,
  userId: true,
  createdAt: true,
  user: { select: { name: true, email: true, twoFactorEnabled: true } },
} as const;

@Injectable()
export class MemberService {
  constructor(
    private readonly database: Database,
    private readonly notices: Notices,
  ) {}

  async list(caller: Caller): Promise<Member[]> {
    const { workspaceId } = caller;
    const rows = await this.database.of(workspaceId).member.findMany({
      where: { workspaceId },
      select: shown,
      orderBy: [{ user: { name: 'asc' } }, { id: 'asc' }],
    });
    return rows.map((row) => memberOf(row, caller));
  }

  changeRole(caller: Caller, { id, role }: { id: string; role: string }): Promise<Member> {
    const wanted = assertWithin(caller, role);
    return this.change(caller, async (tx) => {
      const row = await lockedMember(tx, caller, id);
      assertNotAbove(caller, row.role);
      if (wanted !== 'owner') assertOwnerStays(row);
      await tx.member.update({ where: { id }, data: { role: wanted } });
      await AuditService.record(tx, caller, {
        action: 'member.change_role',
        subject: { kind: 'member', id, name: row.user.name },
        before: { role: row.role },
        after: { role: wanted },
      });
      return memberOf({ ...row, role: wanted }, caller);
    });
  }

  /** Their API keys end with it; sessions of theirs are in another workspace from the next request on, or in none. */
  remove(caller: Caller, id: string): Promise<{ member: Member; endedKeys: string[] }> {
    return this.change(caller, async (tx) => {
      const row = await lockedMember(tx, caller, id);
      assertNotAbove(caller, row.role);
      return { member: memberOf(row, caller), endedKeys: await removeRow(tx, caller, row) };
    });
  }

  /** `workspaceId` is said once more, or a page that shows another one would leave the wrong one. */
  async leave(caller: Caller, workspaceId: string): Promise<void> {
    if (caller.by !== 'session' || workspaceId !== caller.workspaceId)
      throw new AppError(
        'member.not_here',
        'A person leaves the workspace that they are in. Sign in, and switch to it first.',
      );
    await this.change(caller, async (tx) => {
      const where = { workspaceId_userId: { workspaceId, userId: caller.actorId } };
      const { id } = await tx.member.findUniqueOrThrow({ where });
      await removeRow(tx, caller, await lockedMember(tx, caller, id));
    });
  }

  /** Lines that are open hear of it at once. */
  private async change<Made>(
    { workspaceId }: Caller,
    act: (tx: Transaction) => Promise<Made>,
  ): Promise<Made> {
    const made = await this.database.of(workspaceId).$transaction(act);
    await this.notices.publish({ kind: 'access_changed' });
    return made;
  }
}

type Row = Awaited<ReturnType<typeof lockedMember>>;

const memberOf = (row: Omit<Row, 'owners'>, caller: Caller): Member => ({
  id: row.id,
  role: row.role,
  name: row.user.name,
  email: row.user.email,
  hasTotp: row.user.twoFactorEnabled === true,
  isViewer: row.userId === caller.actorId,
  joinedAt: row.createdAt,
});

/** Holds the workspace's owners until the transaction ends, or two of them could leave at once. */
async function lockedMember(tx: Transaction, { workspaceId }: Caller, id: string) {
  const owners = await tx.$queryRaw<{ id: string }[]>`
    select id from "Member" where "workspaceId" = ${workspaceId}::uuid and role = 'owner' order by id for update`;
  const where = { id, workspaceId };
  const row = isUuid(id) ? await tx.member.findFirst({ where, select: shown }) : null;
  if (!row) throw new AppError('member.not_found', 'There is no such member. Look at the list.');
  return { ...row, owners: owners.length };
}

function assertNotAbove(caller: Caller, role: string): void {
  if (isAbove(role, caller.role))
    throw new AppError(
      'member.exceeds',
      `This member is ${role}, and you are ${caller.role}. Ask somebody of that role.`,
    );
}

function assertOwnerStays({ role, owners }: Row): void {
  if (role === 'owner' && owners < 2)
    throw new AppError(
      'member.last_owner',
      'A workspace has an owner. Make somebody else an owner first.',
    );
}

async function removeRow(tx: Transaction, caller: Caller, row: Row): Promise<string[]> {
  assertOwnerStays(row);
  const theirs = { workspaceId: caller.workspaceId, makerId: row.userId };
  const keys = await tx.apiKey.findMany({ where: theirs, orderBy: { name: 'asc' } });
  await tx.apiKey.deleteMany({ where: theirs });
  await tx.member.delete({ where: { id: row.id } });
  const endedKeys = keys.map(({ name }) => name);
  await AuditService.record(tx, caller, {
    action: 'member.remove',
    subject: { kind: 'member', id: row.id, name: row.user.name },
    before: { email: row.user.email, role: row.role, keys: endedKeys },
  });
  return endedKeys;
}
