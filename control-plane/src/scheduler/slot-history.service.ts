import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { badCursor, cursorOf, pageOf, pageSize, placeOf } from '../page/page.js';
import type { Page, PageRequest } from '../page/page.js';
import { nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { isMissed, sentenceOf, type SlotReason } from './slot-reason.js';
import type { Slot } from './slot.model.js';

/** What came of the slots of a sync, and which come next. Read only. */
@Injectable()
export class SlotHistoryService {
  constructor(private readonly database: Database) {}

  /** In order, of its schedule as it is now. None while it is paused, or when nobody can tell. */
  async nextRuns(
    workspaceId: string,
    syncId: string,
    first: number | null | undefined,
  ): Promise<Date[]> {
    const count = pageSize({ first });
    const sync = await this.database.of(workspaceId).sync.findFirst({
      where: { id: syncId, workspaceId, pausedAt: null, removedAt: null },
    });
    if (!sync) return [];
    const { schedule } = syncEntryOf(sync);
    const times: Date[] = [];
    for (let at = sync.nextRunAt; at && times.length < count; at = nextRunAt(schedule, at, sync))
      times.push(at);
    return times;
  }

  /** Newest first. */
  async page(workspaceId: string, syncId: string, request: PageRequest): Promise<Page<Slot>> {
    const size = pageSize(request);
    const database = this.database.of(workspaceId);
    const rows = await database.slot.findMany({
      where: { workspaceId, syncId, ...before(request.after) },
      orderBy: { at: 'desc' },
      take: size + 1,
    });
    const runs = await database.run.findMany({
      where: { workspaceId, id: { in: rows.flatMap(({ runId }) => runId ?? []) } },
      select: { id: true, state: true },
    });
    const states = new Map(runs.map(({ id, state }) => [id, state]));
    return pageOf(
      rows.map((row) => slotOf(row, states)),
      size,
      ({ at }) => cursorOf([at.toISOString()]),
    );
  }
}

interface SlotRow {
  at: Date;
  slots: number;
  outcome: string;
  reason: string | null;
  runId: string | null;
  upstreamRunId: string | null;
}

function slotOf(row: SlotRow, states: ReadonlyMap<string, string>): Slot {
  const { at, slots, outcome, reason, runId, upstreamRunId } = row;
  return {
    at,
    slots,
    outcome,
    reason,
    why: reason === null ? null : sentenceOf(reason),
    isMissed: isMissed((reason ?? undefined) as SlotReason | undefined),
    runId,
    runState: (runId !== null && states.get(runId)) || null,
    upstreamRunId,
  };
}

function before(after: string | null | undefined) {
  if (after === null || after === undefined) return {};
  const [time = ''] = placeOf(after, 1);
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) throw badCursor();
  return { at: { lt: at } };
}
