import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Batch } from '../batch.js';
import { Database, type Prisma } from '../database/database.js';
import { isUuid } from '../database/uuid.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { SyncService } from '../sync/sync.service.js';
import type { RunApproval } from './run.model.js';
import { newestOfSyncs, type SyncPage } from './newest-runs.js';
import { pausedBy } from './paused-by.js';
import { filtered } from './run-filter.js';
import type { RunFilter } from './run-filter.model.js';
import { runOf, type ShownRun } from './run-of.js';

const withSync = { sync: { select: { name: true } } } as const;
/** A run that was queued in the same millisecond as another is told apart by its id. */
const newestFirst = [{ createdAt: 'desc' }, { id: 'desc' }] as const;

/** Runs that were and are, read only. */
@Injectable()
export class RunHistoryService {
  private readonly pages = new Batch((caller: Caller, wanted: readonly SyncPage[]) =>
    this.pagesOfSyncs(caller, wanted),
  );
  private readonly approved = new Batch((caller: Caller, runIds: readonly string[]) =>
    this.approvalsOf(caller, runIds),
  );

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
  async page(
    caller: Caller,
    sync: string | null,
    { filter = {}, ...request }: PageRequest & { filter?: RunFilter },
  ): Promise<Page<ShownRun>> {
    const where = filtered(filter);
    const syncId = sync === null ? undefined : await this.syncs.idOf(caller, sync);
    return this.pageWhere(caller.workspaceId, { ...where, ...(syncId && { syncId }) }, request);
  }

  /** What can't be asked for fails alone, before it is asked together with others. */
  async pageOfSync(
    caller: Caller,
    { syncId, ...request }: PageRequest & { syncId: string },
  ): Promise<Page<ShownRun>> {
    const [size, before] = [pageSize(request), placeOfRun(request.after)];
    return this.pages.of(caller, { syncId, size, before });
  }

  async last(caller: Caller, syncId: string): Promise<ShownRun | null> {
    const { edges } = await this.pageOfSync(caller, { syncId, first: 1 });
    return edges[0]?.node ?? null;
  }

  /** Who approved what of a run, in order. */
  approvals(caller: Caller, runId: string): Promise<RunApproval[]> {
    return this.approved.of(caller, runId);
  }

  private async pageWhere(
    workspaceId: string,
    where: Prisma.RunWhereInput,
    request: PageRequest,
  ): Promise<Page<ShownRun>> {
    const size = pageSize(request);
    const rows = await this.database.of(workspaceId).run.findMany({
      where: { AND: [{ workspaceId, ...where }, olderThan(request.after)] },
      orderBy: [...newestFirst],
      take: size + 1,
      include: withSync,
    });
    return pageOf(await this.shownAll(workspaceId, rows), size, cursorOfRun);
  }

  /** However many syncs, in two statements. */
  private async pagesOfSyncs(
    caller: Caller,
    wanted: readonly SyncPage[],
  ): Promise<Page<ShownRun>[]> {
    const { workspaceId } = caller;
    const found = await newestOfSyncs(this.database.of(workspaceId), workspaceId, wanted);
    const ids = [...new Set(found.flatMap(({ runIds }) => runIds))];
    const runs = new Map((await this.findAll(caller, ids)).map((run) => [run.id, run]));
    return wanted.map(({ size }, at) => {
      const page = found[at]?.runIds.flatMap((id) => runs.get(id) ?? []) ?? [];
      return pageOf(page, size, cursorOfRun);
    });
  }

  private async approvalsOf(
    { workspaceId }: Caller,
    runIds: readonly string[],
  ): Promise<RunApproval[][]> {
    const entries = await this.database.of(workspaceId).auditEntry.findMany({
      where: {
        workspaceId,
        subjectKind: 'run',
        subjectId: { in: [...runIds] },
        action: 'run.approve',
      },
      orderBy: { sequence: 'asc' },
    });
    return runIds.map((id) => entries.filter(({ subjectId }) => subjectId === id).map(approvalOf));
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

const cursorOfRun = ({ createdAt, id }: ShownRun): string =>
  cursorOf([createdAt.toISOString(), id]);

function approvalOf(entry: { actor: string; after: string | null; createdAt: Date }): RunApproval {
  const { planDigest = '' } = JSON.parse(entry.after ?? '{}') as { planDigest?: string };
  return { by: entry.actor, planDigest, createdAt: entry.createdAt };
}

function placeOfRun(after: string | null | undefined): SyncPage['before'] {
  if (after === null || after === undefined) return null;
  const [time = '', id = ''] = placeOf(after, 2);
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime()) || !isUuid(id)) throw badCursor();
  return { createdAt, id };
}

function olderThan(after: string | null | undefined) {
  const place = placeOfRun(after);
  if (!place) return {};
  const { createdAt, id } = place;
  // The first condition is what the index is searched by.
  return {
    createdAt: { lte: createdAt },
    OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }],
  };
}
