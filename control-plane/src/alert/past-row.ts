import type { AlertVolume } from '@drawbridge/proto';
import { Prisma, type Transaction } from '../database/database.js';
import { countNameOf } from './verdict.js';

/** Of fewer runs nothing is usual. */
const fewestRuns = 3;

/** Runs that send nothing, whose end is for who asked alone. */
const isTrial = Prisma.sql`(options @> '{"dryRun": true}' or options @> '{"verify": true}')`;

/** Runs that send all that has changed and nothing else, as scheduled ones do: only these can be compared. */
const isOrdinary = Prisma.sql`not (${isTrial} or options @> '{"full": true}' or options @> '{"rebaseline": true}'
  or options @> '{"onlyRejected": true}' or options ?| array['canary', 'undo'])`;

export interface RunKind {
  id: string;
  isTrial: boolean;
  isOrdinary: boolean;
}

export function kindsOfRuns(tx: Transaction, ids: readonly string[]): Promise<RunKind[]> {
  return tx.$queryRaw<RunKind[]>`
    select id, ${isTrial} as "isTrial", ${isOrdinary} as "isOrdinary" from "Run" where id = any(${[...ids]}::uuid[])`;
}

/** How many of the sync's last runs up to this one failed or were parked, one after another; counted to `most`. */
export async function failuresInARow(
  tx: Transaction,
  run: { syncId: string; runId: string },
  most: number,
): Promise<number> {
  if (most <= 1) return most;
  const earlier = await tx.$queryRaw<{ state: string }[]>`
    select state from "Run" where "syncId" = ${run.syncId}::uuid and not ${isTrial}
      and state in ('failed', 'parked', 'succeeded', 'completed_with_errors')
      and "createdAt" <= (select "createdAt" from "Run" where id = ${run.runId}::uuid) and id <> ${run.runId}::uuid
    order by "createdAt" desc limit ${most - 1}`;
  const good = earlier.findIndex(({ state }) => state !== 'failed' && state !== 'parked');
  return 1 + (good === -1 ? earlier.length : good);
}

/** The median of what the `last` comparable runs before this one counted; undefined of too few. */
export async function usualCount(
  tx: Transaction,
  run: { syncId: string; runId: string },
  { of, last }: { of: AlertVolume; last: number },
): Promise<number | undefined> {
  const [found] = await tx.$queryRaw<{ usual: number | null; runs: number }[]>`
    select percentile_cont(0.5) within group (order by count) as usual, count(*)::int as runs from (
      select (counts ->> ${countNameOf[of]})::float8 as count from "Run"
      where "syncId" = ${run.syncId}::uuid and state in ('succeeded', 'completed_with_errors') and ${isOrdinary}
        and counts is not null and "createdAt" < (select "createdAt" from "Run" where id = ${run.runId}::uuid)
      order by "createdAt" desc limit ${last}) as before`;
  return found && found.runs >= fewestRuns && found.usual !== null ? found.usual : undefined;
}
