import type { ModelEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import type { Model } from './model.model.js';

@Injectable()
export class ModelService {
  constructor(private readonly database: Database) {}

  async list(caller: Caller): Promise<Model[]> {
    const rows = await this.database.of(caller.workspaceId).model.findMany({
      where: { workspaceId: caller.workspaceId },
      orderBy: { name: 'asc' },
      include: { source: true },
    });
    return rows.map(modelOf);
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
  const { query, primaryKey, duplicates } = modelEntryOf(row);
  return {
    id: row.id,
    name: row.name,
    source: row.source.name,
    primaryKey: [...primaryKey],
    duplicates: duplicates?.keep ?? 'invalid',
    sql: 'sql' in query ? query.sql : null,
    table: 'table' in query ? query.table : null,
  };
}
