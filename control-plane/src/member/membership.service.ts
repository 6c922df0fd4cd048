import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import type { Workspace } from '../workspace/workspace.model.js';
import { shownWorkspace } from '../workspace/workspace.service.js';
import type { Membership } from './membership.model.js';

const named = { select: shownWorkspace } as const;

/** A person belongs to several workspaces; each session is in one of them, and an API key in its own for ever. */
@Injectable()
export class MembershipService {
  constructor(private readonly database: Database) {}

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
