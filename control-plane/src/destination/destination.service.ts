import { entryDigest, formatEntry, type DestinationEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { pageByName } from '../page/page-by-name.js';
import type { Page, PageRequest } from '../page/page.js';
import type { Destination } from './destination.model.js';

@Injectable()
export class DestinationService {
  constructor(private readonly database: Database) {}

  /** By name. */
  page({ workspaceId }: Caller, request: PageRequest): Promise<Page<Destination>> {
    return pageByName(request, async ({ where, ...range }) => {
      const rows = await this.database.of(workspaceId).destination.findMany({
        where: { workspaceId, ...where },
        ...range,
      });
      return rows.map(destinationOf);
    });
  }

  async find({ workspaceId }: Caller, name: string): Promise<Destination | null> {
    const row = await this.database.of(workspaceId).destination.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
    });
    return row && destinationOf(row);
  }

  /** As it was configured. */
  async entry(caller: Caller, name: string): Promise<DestinationEntry> {
    const { workspaceId } = caller;
    const row = await this.database.of(workspaceId).destination.findUnique({
      where: { workspaceId_name: { workspaceId, name } },
    });
    if (row) return destinationEntryOf(row);
    throw destinationNotFound(name);
  }
}

export const destinationNotFound = (name: string): AppError =>
  new AppError('destination.not_found', `There is no destination "${name}".`);

interface DestinationRow {
  id: string;
  name: string;
  poolName: string;
  spec: unknown;
  pausedAt: Date | null;
  pauseReason: string | null;
}

export const destinationEntryOf = ({ spec }: Pick<DestinationRow, 'spec'>): DestinationEntry =>
  spec as DestinationEntry;

export function destinationOf(row: DestinationRow): Destination {
  const entry = destinationEntryOf(row);
  return {
    id: row.id,
    name: row.name,
    type: entry.type,
    pool: row.poolName,
    // Written out for those alone who ask for it.
    get definition() {
      return formatEntry('destinations', entry);
    },
    get digest() {
      return entryDigest(entry);
    },
    pausedAt: row.pausedAt,
    pauseReason: row.pauseReason,
  };
}
