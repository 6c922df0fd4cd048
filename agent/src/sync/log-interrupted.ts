import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import { keepReport, number, text, time } from './log-report.js';
import type { Cell } from './log-report.js';
import { startedAtOf } from './journal.js';
import type { InFlight } from './journal.js';
import { endsOf } from './log.js';
import type { LogContext, LoggedOutcome } from './log.js';
import type { Change } from './mapping.js';
import type { Outcomes } from './outcomes.js';
import type { SyncTools } from './tools.js';

// An attempt that was cut off can't report, so the next run does it, from plan and journal: what they don't tell, such
// as when it died and how many rows it had read, is NULL. Of an attempt that died before its plan was announced nothing
// tells at all.

/**
 * Keeps the report of a cut-off attempt, unless it has kept one itself: then only its record failed. What keeps it from
 * that is returned.
 */
export async function logInterrupted(
  left: InFlight,
  journal: ReadonlyMap<Change, Outcomes> | undefined,
  context: Pick<LogContext, 'request' | 'paths' | 'duck'> & { tools: SyncTools },
): Promise<Failure | undefined> {
  const { request, paths, duck, tools } = context;
  const startedAt = startedAtOf(left, tools.clock);
  const cells: Cell[] = [
    ['run', text(left.runId)],
    ['epoch', number(BigInt(left.epoch))],
    ['workspace', text(request.workspaceId)],
    ['sync', text(request.syncId)],
    ['sync_name', text(request.syncName)],
    ['started_at', time(startedAt)],
    ['finished_at', time(undefined)],
    ['outcome', text('interrupted')],
    ...Object.entries(journal ? countsOf(left, journal) : {}).map(([name, rows]): Cell => [
      name,
      number(rows),
    ]),
  ];
  const key = paths.runReport(startedAt, left.runId, left.epoch);
  crashPoint('interrupted.before');
  try {
    await keepReport(cells, { duck, tools, key, condition: { ifNoneMatch: '*' } });
    crashPoint('interrupted.kept');
    return undefined;
  } catch (error) {
    const isKept = error instanceof Failure && error.code === 'store.conflict';
    return isKept ? undefined : failureOf(error);
  }
}

/** Operations that were planned, and what is known of them; the rest never left. */
function countsOf(
  { parts }: InFlight,
  journal: ReadonlyMap<Change, Outcomes>,
): Record<Change | Exclude<LoggedOutcome, 'withheld'> | 'pending', number> {
  const counts = { added: 0, changed: 0, removed: 0, sent: 0, skipped: 0, rejected: 0, pending: 0, uncertain: 0 }; // prettier-ignore
  for (const { change, kind, rows } of parts) {
    counts[change] += rows;
    let ended = 0;
    for (const end of kind === undefined ? [] : endsOf({ rows, ended: journal.get(change) })) {
      if (end.outcome === 'withheld') continue;
      counts[end.outcome] += end.rows;
      ended += end.rows;
    }
    counts[kind === undefined ? 'skipped' : 'pending'] += rows - ended;
  }
  return counts;
}
