import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import { AuditService } from '../audit/audit.service.js';
import type { Caller } from '../auth/caller.js';
import { Database, Prisma } from '../database/database.js';
import { assertSettings, type Settings } from './settings.js';
import type { UpdateWorkspaceInput, Workspace } from './workspace.model.js';

const settings = {
  name: true,
  retentionDays: true,
  auditRetentionDays: true,
  maxLeasedRuns: true,
} as const;
/** What its members may see. */
export const shownWorkspace = { id: true, ...settings } as const;

@Injectable()
export class WorkspaceService {
  constructor(private readonly database: Database) {}

  current({ workspaceId: id }: Caller): Promise<Workspace> {
    return this.database
      .of(id)
      .workspace.findUniqueOrThrow({ where: { id }, select: shownWorkspace });
  }

  /** What does not change is no entry in the audit log. */
  async update(caller: Caller, input: UpdateWorkspaceInput): Promise<Workspace> {
    const { workspaceId: id } = caller;
    return this.database
      .of(id)
      .$transaction(async (tx) => {
        await tx.$executeRaw`select from "Workspace" where id = ${id}::uuid for no key update`;
        const where = { id };
        const before = await tx.workspace.findUniqueOrThrow({ where, select: settings });
        const after = changed(before, input);
        assertSettings(after);
        const workspace = await tx.workspace.update({ where, data: after, select: shownWorkspace });
        if (JSON.stringify(after) !== JSON.stringify(before))
          await AuditService.record(tx, caller, {
            action: 'workspace.update',
            subject: { kind: 'workspace', id, name: after.name },
            before,
            after,
          });
        return workspace;
      })
      .catch(nameTaken(input.name ?? ''));
  }
}

/** The limit alone can be taken away; elsewhere null is as good as nothing. */
const changed = (before: Settings, input: UpdateWorkspaceInput): Settings => ({
  name: input.name?.trim() ?? before.name,
  retentionDays: input.retentionDays ?? before.retentionDays,
  auditRetentionDays: input.auditRetentionDays ?? before.auditRetentionDays,
  maxLeasedRuns: input.maxLeasedRuns === undefined ? before.maxLeasedRuns : input.maxLeasedRuns,
});

const uniqueViolated = 'P2002';

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === uniqueViolated)
      throw new AppError(
        'workspace.name_taken',
        `There is a workspace named "${name}". Choose another name.`,
      );
    throw error;
  };
