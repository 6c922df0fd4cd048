import type { ExportedEntry } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import type { AuditEntry, AuditFilter } from './audit-entry.model.js';
import { exportedEntryOf } from './exported-entry.js';

/** An entry is small, and whoever verifies the log reads all of it. */
const mostEntries = 1_000;

/** What was done in a workspace, read only. */
@Injectable()
export class TrailService {
  constructor(private readonly database: Database) {}

  /** Newest first, or in the order of the chain. */
  async page(
    { workspaceId }: Caller,
    filter: AuditFilter,
    { oldestFirst, ...request }: PageRequest & { oldestFirst: boolean },
  ): Promise<Page<AuditEntry>> {
    const size = pageSize(request, mostEntries);
    const { action, actor, subject, from, to } = filter;
    const side = oldestFirst ? 'gt' : 'lt';
    const rows = await this.database.of(workspaceId).auditEntry.findMany({
      where: {
        workspaceId,
        ...(action && { action }),
        ...(actor && { actor }),
        ...(subject && { subjectName: subject }),
        createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
        ...(request.after && { sequence: { [side]: sequenceIn(request.after) } }),
      },
      orderBy: { sequence: oldestFirst ? 'asc' : 'desc' },
      take: size + 1,
    });
    const entries = rows.map((row) => {
      const { before, after } = row;
      return { ...exportedEntryOf(row), before, after };
    });
    return pageOf(entries, size, ({ sequence }) => cursorOf([String(sequence)]));
  }

  /** The whole log from after an entry on, in the order of the chain: a page in memory at a time. */
  async *entries({ workspaceId }: Caller, after: bigint): AsyncGenerator<ExportedEntry> {
    for (let last = after; ;) {
      const rows = await this.database.of(workspaceId).auditEntry.findMany({
        where: { workspaceId, sequence: { gt: last } },
        orderBy: { sequence: 'asc' },
        take: mostEntries,
      });
      for (const row of rows) yield exportedEntryOf(row);
      const end = rows.at(-1);
      if (!end || rows.length < mostEntries) return;
      last = end.sequence;
    }
  }
}

function sequenceIn(cursor: string): bigint {
  const [text = ''] = placeOf(cursor, 1);
  if (!/^\d{1,18}$/.test(text)) throw badCursor();
  return BigInt(text);
}
