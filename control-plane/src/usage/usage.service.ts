import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { countNames, type RunCounts } from '../run/run-report.js';
import { dayOf, daysOf, eachDay } from './days.js';
import type { Usage, UsageFilter, UsageSum } from './usage.model.js';

const stateNames = ['succeeded', 'completedWithErrors', 'failed', 'cancelled'] as const;
const sumNames = [...stateNames, ...countNames, 'bucketBytes'] as const;
const sums = Object.fromEntries(sumNames.map((name) => [name, true])) as Record<
  (typeof sumNames)[number],
  true
>;
type Sums = Record<(typeof sumNames)[number], bigint | null>;

/** What a workspace ran and moved, in counts. */
@Injectable()
export class UsageService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async of({ workspaceId }: Caller, filter: UsageFilter): Promise<Usage> {
    const days = daysOf(filter, this.clock.now());
    const [from, to] = [new Date(days.from), new Date(days.to)];
    const where = { workspaceId, day: { gte: from, lte: to } };
    const { usageDay } = this.database.of(workspaceId);
    const byDay = await usageDay.groupBy({ by: ['day'], where, _sum: sums });
    const bySync = await usageDay.groupBy({
      by: ['syncId'],
      where,
      _sum: sums,
      orderBy: [{ _sum: { sent: 'desc' } }, { syncId: 'asc' }],
    });
    const names = await this.namesOf(
      workspaceId,
      bySync.map(({ syncId }) => syncId),
    );
    const ofDay = new Map(byDay.map(({ day, _sum }) => [dayOf(day), sumOf([_sum])]));
    return {
      ...days,
      total: sumOf(byDay.map(({ _sum }) => _sum)),
      days: eachDay(days).map((day) => ({ day, sum: ofDay.get(day) ?? sumOf([]) })),
      syncs: bySync.map(({ syncId, _sum }) => ({
        sync: names.get(syncId) ?? syncId,
        sum: sumOf([_sum]),
      })),
    };
  }

  private async namesOf(workspaceId: string, ids: string[]): Promise<Map<string, string>> {
    const where = { workspaceId, id: { in: ids } };
    const rows = await this.database
      .of(workspaceId)
      .sync.findMany({ where, select: { id: true, name: true } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}

function sumOf(rows: readonly Sums[]): UsageSum {
  const of = (name: keyof Sums): number =>
    rows.reduce((sum, row) => sum + Number(row[name] ?? 0), 0);
  const [succeeded, completedWithErrors] = [of('succeeded'), of('completedWithErrors')];
  const [failed, cancelled] = [of('failed'), of('cancelled')];
  return {
    runs: succeeded + completedWithErrors + failed + cancelled,
    succeeded,
    completedWithErrors,
    failed,
    cancelled,
    rows: Object.fromEntries(countNames.map((name) => [name, of(name)])) as RunCounts,
    bucketBytes: of('bucketBytes'),
  };
}
