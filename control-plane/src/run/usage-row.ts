import { Prisma, type Transaction } from '../database/database.js';
import type { EndedRun } from './run-event.js';
import { countNames } from './run-report.js';

/** Ends of runs that are counted, each in a column of its own. */
export const usageStates = {
  succeeded: 'succeeded',
  completedWithErrors: 'completed_with_errors',
  failed: 'failed',
  cancelled: 'cancelled',
} as const;

const quoted = (names: readonly string[]): Prisma.Sql =>
  Prisma.raw(names.map((name) => `"${name}"`).join(', '));

const stateNames = Object.keys(usageStates);
/** Everything that is added up. */
const sums = [...stateNames, ...countNames, 'bucketBytes'];
const stateSums = Object.values(usageStates)
  .map((state) => `count(*) filter (where state = '${state}')`)
  .join(', ');
const rowSums = [...countNames, 'bucketBytes']
  .map((name) => `coalesce(sum("${name}") filter (where not "isDry"), 0)`)
  .join(', ');
const columns = [...countNames, 'bucketBytes'].map((name) => `"${name}" bigint`).join(', ');
const added = sums.map((name) => `"${name}" = kept."${name}" + excluded."${name}"`).join(', ');

/**
 * Adds runs that have ended to the sums of their syncs' day, in UTC; belongs into the transaction that ends them, so that
 * each counts once. A dry run counts as a run, and its rows do not: nothing became of them. In the order of the syncs, so
 * that no two of these wait for each other.
 */
export async function addUsage(tx: Transaction, ended: readonly EndedRun[]): Promise<void> {
  const over = ended.filter(({ state }) => state !== 'waiting_approval');
  if (over.length === 0) return;
  const rows = over.map(({ workspaceId, syncId, state, isDry, counts, bucketBytes }) => {
    const kept = { workspaceId, syncId, state, isDry, bucketBytes: Number(bucketBytes ?? 0) };
    return { ...counts, ...kept };
  });
  await tx.$executeRaw`
    insert into "UsageDay" as kept ("workspaceId", "syncId", day, ${quoted(sums)})
    select "workspaceId", "syncId", (now() at time zone 'UTC')::date, ${Prisma.raw(`${stateSums}, ${rowSums}`)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as said (
      "workspaceId" uuid, "syncId" uuid, state text, "isDry" boolean, ${Prisma.raw(columns)})
    group by "workspaceId", "syncId" order by "syncId"
    on conflict ("syncId", day) do update set ${Prisma.raw(added)}`;
}
