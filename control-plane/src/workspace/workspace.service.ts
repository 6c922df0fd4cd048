import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import type { Workspace } from './workspace.model.js';

@Injectable()
export class WorkspaceService {
  constructor(private readonly database: Database) {}

  current({ workspaceId }: Caller): Promise<Workspace> {
    return this.database.of(workspaceId).workspace.findUniqueOrThrow({
      where: { id: workspaceId },
      select: { id: true, name: true },
    });
  }
}
