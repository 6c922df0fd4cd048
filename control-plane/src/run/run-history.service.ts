import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Database } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { SyncService } from '../sync/sync.service.js';
import type { RunApproval } from './run.model.js';
import { pausedBy } from './paused-by.js';
import { runOf, type ShownRun } from './run-of.js';

const withSync = { sync: { select: { name: true } } } as const;
/** A run that was queued in the same millisecond as another is told apart by its id. */
const newestFirst = [{ createdAt: 'desc' }, { id: 'desc' }] as const;

/** Runs that were and are, read only. */
@Injectable()
export class RunHistoryService {
  constructor(
    private readonly database: Database,
    private readonly syncs: SyncService,
  ) {}

  async find({ workspaceId }: Caller, id: string): Promise<ShownRun | null> {
    if (!isUuid(id)) return null;
    const row = await this.database.of(workspaceId).run.findFirst({
      where: { id, workspaceId },
      include: withSync,
    });
    return row && this.shown(row);
  }

  /** In the order of the ids; what is not there is left out. */
  async findAll({ workspaceId }: Caller, ids: readonly string[]): Promise<ShownRun[]> {
    const rows = await this.database.of(workspaceId).run.findMany({
      where: { id: { in: [...ids] }, workspaceId },
      include: withSync,
    });
    const byId = new Map((await this.shownAll(workspaceId, rows)).map((run) => [run.id, run]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** Of the workspace, or of one sync by its name. */
  async page(caller: Caller, sync: string | null, request: PageRequest): Promise<Page<ShownRun>> {
    const syncId = sync === null ? null : await this.syncs.idOf(caller, sync);
    return this.pageOfSync(caller.workspaceId, syncId, request);
  }

  async pageOfSync(
    workspaceId: string,
    syncId: string | null,
    request: PageRequest,
  ): Promise<Page<ShownRun>> {
    const size = pageSize(request);
    const rows = await this.database.of(workspaceId).run.findMany({
      where: { workspaceId, ...(syncId !== null && { syncId }), ...olderThan(request.after) },
      orderBy: [...newestFirst],
      take: size + 1,
      include: withSync,
    });
    return pageOf(await this.shownAll(workspaceId, rows), size, ({ createdAt, id }) =>
      cursorOf([createdAt.toISOString(), id]),
    );
  }

  /** Who approved what of a run, in order. */
  async approvals({ workspaceId, id }: ShownRun): Promise<RunApproval[]> {
    const entries = await this.database.of(workspaceId).auditEntry.findMany({
      where: { workspaceId, subjectKind: 'run', subjectId: id, action: 'run.approve' },
      orderBy: { sequence: 'asc' },
    });
    return entries.map(({ actor, after, createdAt }) => ({
      by: actor,
      planDigest: (JSON.parse(after ?? '{}') as { planDigest?: string }).planDigest ?? '',
      createdAt,
    }));
  }

  async last(workspaceId: string, syncId: string): Promise<ShownRun | null> {
    const row = await this.database.of(workspaceId).run.findFirst({
      where: { workspaceId, syncId },
      orderBy: [...newestFirst],
      include: withSync,
    });
    return row && this.shown(row);
  }

  private async shown(row: Row): Promise<ShownRun | null> {
    const [run] = await this.shownAll(row.workspaceId, [row]);
    return run ?? null;
  }

  private async shownAll(workspaceId: string, rows: readonly Row[]): Promise<ShownRun[]> {
    const queued = rows.filter(({ state }) => state === 'queued');
    const held = await pausedBy(
      this.database.of(workspaceId),
      queued.map(({ id }) => id),
    );
    return rows.map((row) => runOf(row, held.get(row.id) ?? null));
  }
}

type Row = Parameters<typeof runOf>[0];

function olderThan(after: string | null | undefined) {
  if (after === null || after === undefined) return {};
  const [time = '', id = ''] = placeOf(after, 2);
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !isUuid(id)) throw badCursor();
  // The first condition is what the index is searched by.
  return {
    createdAt: { lte: createdAt },
    OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }],
  };
}
