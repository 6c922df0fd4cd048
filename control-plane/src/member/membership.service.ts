import { Injectable } from '@nestjs/common';
import { foundWorkspace, nameTaken } from '../account/founding.js';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Config } from '../config.js';
import { Database, type Transaction } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import type { Workspace } from '../workspace/workspace.model.js';
import { shownWorkspace } from '../workspace/workspace.service.js';
import type { Membership } from './membership.model.js';

/** What one person may have, or one account would fill the server. */
const mostOwned = 20;
const named = { select: shownWorkspace } as const;

/** A person belongs to several workspaces; each session is in one of them, and an API key in its own for ever. */
@Injectable()
export class MembershipService {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async list(caller: Caller): Promise<Membership[]> {
    const { workspaceId, role } = caller;
    if (caller.by === 'key' || caller.isHeld) {
      const own = { where: { id: workspaceId }, ...named };
      const workspace = await this.database.system.workspace.findUniqueOrThrow(own);
      return [{ workspace, role, isCurrent: true }];
    }
    const rows = await this.database.system.member.findMany({
      where: { userId: caller.actorId },
      select: { role: true, workspace: named },
      orderBy: { workspace: { name: 'asc' } },
    });
    return rows.map((row) => ({ ...row, isCurrent: row.workspace.id === workspaceId }));
  }

  /** For who may sign up may do so again; an API key stays in its own for ever. */
  async create(caller: Caller, name: string): Promise<Workspace> {
    const { actorId: userId, sessionId } = caller;
    if (this.config.signUp !== 'open')
      throw new AppError(
        'workspace.closed',
        'This server makes no workspaces for who asks. Ask whoever runs it for one.',
      );
    if (sessionId === undefined)
      throw new AppError('workspace.not_yours', 'A person who is signed in makes a workspace.');
    return this.database.system.$transaction(async (tx) => {
      await assertRoom(tx, userId);
      const workspaceId = await foundWorkspace(tx, name);
      if (workspaceId === undefined) throw nameTaken(name);
      await tx.member.create({ data: { workspaceId, userId, role: 'owner' } });
      await tx.session.update({ where: { id: sessionId }, data: { workspaceId } });
      const there = { ...caller, workspaceId };
      await AuditService.record(tx, there, {
        action: 'workspace.create',
        subject: { kind: 'workspace', id: workspaceId, name },
        after: { name, owner: caller.email },
      });
      return tx.workspace.findUniqueOrThrow({ where: { id: workspaceId }, ...named });
    });
  }

  async switch(caller: Caller, workspaceId: string): Promise<Workspace> {
    const { actorId: userId, sessionId } = caller;
    const member =
      sessionId !== undefined && isUuid(workspaceId)
        ? await this.database.system.member.findUnique({
            where: { workspaceId_userId: { workspaceId, userId } },
            select: { workspace: named },
          })
        : null;
    if (!member || sessionId === undefined)
      throw new AppError(
        'workspace.not_yours',
        'A person who is signed in switches between their own workspaces. Look at memberships.',
      );
    await this.database.system.$transaction(async (tx) => {
      await tx.session.update({ where: { id: sessionId }, data: { workspaceId } });
      await AuditService.record(
        tx,
        { ...caller, workspaceId },
        { action: 'session.switch', subject: { kind: 'session', id: sessionId } },
      );
    });
    return member.workspace;
  }
}

/** Also of two that are asked for at once. */
async function assertRoom(tx: Transaction, userId: string): Promise<void> {
  await tx.$executeRaw`select from "User" where id = ${userId} for no key update`;
  if ((await tx.member.count({ where: { userId, role: 'owner' } })) < mostOwned) return;
  throw new AppError(
    'workspace.too_many',
    `You own ${mostOwned} workspaces, and nobody makes more by themselves. Leave one first, or be invited.`,
  );
}
