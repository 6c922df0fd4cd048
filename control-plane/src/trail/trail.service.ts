import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import type { AuditEntry, AuditFilter } from './audit-entry.model.js';
import { exportedEntryOf } from './exported-entry.js';

/** What was done in a workspace, read only. */
@Injectable()
export class TrailService {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async page(
    { workspaceId }: Caller,
    filter: AuditFilter,
    request: PageRequest,
  ): Promise<Page<AuditEntry>> {
    const size = pageSize(request);
    const { action, actor, subject, from, to } = filter;
    const rows = await this.database.of(workspaceId).auditEntry.findMany({
      where: {
        workspaceId,
        ...(action && { action }),
        ...(actor && { actor }),
        ...(subject && { subjectName: subject }),
        createdAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
        ...(request.after && { sequence: { lt: sequenceIn(request.after) } }),
      },
      orderBy: { sequence: 'desc' },
      take: size + 1,
    });
    const entries = rows.map((row) => {
      const { before, after } = row;
      return { ...exportedEntryOf(row), before, after };
    });
    return pageOf(entries, size, ({ sequence }) => cursorOf([String(sequence)]));
  }
}

function sequenceIn(cursor: string): bigint {
  const [text = ''] = placeOf(cursor, 1);
  if (!/^\d{1,18}$/.test(text)) throw badCursor();
  return BigInt(text);
}
