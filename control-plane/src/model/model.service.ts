import { entryDigest, formatEntry, type ModelEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { pageByName } from '../page/page-by-name.js';
import type { Page, PageRequest } from '../page/page.js';
import type { Model } from './model.model.js';

@Injectable()
export class ModelService {
  constructor(private readonly database: Database) {}

  /** By name. */
  page({ workspaceId }: Caller, request: PageRequest): Promise<Page<Model>> {
    return pageByName(request, async ({ where, ...range }) => {
      const rows = await this.database.of(workspaceId).model.findMany({
        where: { workspaceId, ...where },
        ...range,
        include: { source: true },
      });
      return rows.map(modelOf);
    });
  }

  async find({ workspaceId }: Caller, name: string): Promise<Model | null> {
    const row = await this.database.of(workspaceId).model.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
      include: { source: true },
    });
    return row && modelOf(row);
  }
}

interface ModelRow {
  id: string;
  name: string;
  spec: unknown;
  source: { name: string };
}

export const modelEntryOf = ({ spec }: Pick<ModelRow, 'spec'>): ModelEntry => spec as ModelEntry;

export function modelOf(row: ModelRow): Model {
  const entry = modelEntryOf(row);
  const { query, primaryKey, duplicates } = entry;
  return {
    id: row.id,
    name: row.name,
    source: row.source.name,
    primaryKey: [...primaryKey],
    duplicates: duplicates?.keep ?? 'invalid',
    sql: 'sql' in query ? query.sql : null,
    table: 'table' in query ? query.table : null,
    // Written out for those alone who ask for it.
    get definition() {
      return formatEntry('models', entry);
    },
    get digest() {
      return entryDigest(entry);
    },
  };
}
