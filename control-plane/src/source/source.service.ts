import type { SourceEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import type { Source } from './source.model.js';

@Injectable()
export class SourceService {
  constructor(private readonly database: Database) {}

  async list(caller: Caller): Promise<Source[]> {
    const { workspaceId } = caller;
    const rows = await this.database.of(workspaceId).source.findMany({
      where: { workspaceId },
      orderBy: { name: 'asc' },
    });
    return rows.map(sourceOf);
  }

  /** As it was configured. */
  async entry(caller: Caller, name: string): Promise<SourceEntry> {
    const { workspaceId } = caller;
    const row = await this.database.of(workspaceId).source.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
    });
    if (row) return sourceEntryOf(row);
    throw new AppError('source.not_found', `There is no source "${name}".`);
  }
}

interface SourceRow {
  id: string;
  name: string;
  poolName: string;
  spec: unknown;
}

export const sourceEntryOf = ({ spec }: Pick<SourceRow, 'spec'>): SourceEntry =>
  spec as SourceEntry;

export const sourceOf = (row: SourceRow): Source => ({
  id: row.id,
  name: row.name,
  type: sourceEntryOf(row).type,
  pool: row.poolName,
});
