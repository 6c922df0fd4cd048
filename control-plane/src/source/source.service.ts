import { entryDigest, formatEntry, type SourceEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { pageByName } from '../page/page-by-name.js';
import type { Page, PageRequest } from '../page/page.js';
import type { Source } from './source.model.js';

@Injectable()
export class SourceService {
  constructor(private readonly database: Database) {}

  /** By name. */
  page({ workspaceId }: Caller, request: PageRequest): Promise<Page<Source>> {
    return pageByName(request, async ({ where, ...range }) => {
      const rows = await this.database.of(workspaceId).source.findMany({
        where: { workspaceId, ...where },
        ...range,
      });
      return rows.map(sourceOf);
    });
  }

  async find({ workspaceId }: Caller, name: string): Promise<Source | null> {
    const row = await this.database.of(workspaceId).source.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
    });
    return row && sourceOf(row);
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

export function sourceOf(row: SourceRow): Source {
  const entry = sourceEntryOf(row);
  return {
    id: row.id,
    name: row.name,
    type: entry.type,
    pool: row.poolName,
    // Written out for those alone who ask for it.
    get definition() {
      return formatEntry('sources', entry);
    },
    get digest() {
      return entryDigest(entry);
    },
  };
}
