import type { OperationKind } from '../connector/destination.js';
import type { Change } from './mapping.js';
import type { Ending, Outcomes } from './outcomes.js';
import type { SyncRequest } from './sync-request.js';

/**
 * What of a row goes into the baseline. `former`: it keeps its former entry, or none; it was not taken, or is to be tried
 * again as it was. `unknown`: it may have been taken, and is recorded so that it is sent again, or removed if it leaves
 * the query. `skipped`: known from now on, but never called removed. `stale`: it was not taken although its record has to
 * become another one, and is recorded so that it is sent again. `held`: it may have been taken, and is recorded as if it
 * was, because sending it again could double it.
 */
export type Standing = 'former' | 'taken' | 'unknown' | 'skipped' | 'stale' | 'held';

export const standings: readonly Standing[] = [
  'former',
  'taken',
  'unknown',
  'skipped',
  'stale',
  'held',
];

export interface Settled {
  /** How many rows have each standing. */
  rows: Record<Standing, number>;
  of(row: number): Standing;
}

interface SettledPart {
  change: Change;
  kind: OperationKind;
  repeatable: boolean;
  /** Changed rows are sent because the mapping is another one: their former entry would not find them again. */
  owed: boolean;
}

/** What of a plan part goes into the baseline, once a delivery is over or was found cut off. */
export function settle(
  part: SettledPart,
  outcomes: Outcomes,
  uncertain: SyncRequest['uncertain'],
): Settled {
  const standing = standingsOf(part, uncertain);
  const rows = { former: 0, taken: 0, unknown: 0, skipped: 0, stale: 0, held: 0 };
  for (const [ending, count] of Object.entries(outcomes.counts()))
    rows[standing[ending as Ending]] += count;
  return { rows, of: (row) => standing[outcomes.endingOf(row)] };
}

function standingsOf(
  part: SettledPart,
  uncertain: SyncRequest['uncertain'],
): Record<Ending, Standing> {
  const former = part.owed && part.change === 'changed' ? 'stale' : 'former';
  const mayBe =
    !part.repeatable && uncertain === 'hold'
      ? 'held'
      : part.repeatable && isSentAgain(part)
        ? 'unknown'
        : former;
  return {
    untold: former,
    open: mayBe,
    unknown: mayBe,
    accepted: 'taken',
    skipped: 'skipped',
    left_out: former,
    rejected: former,
  };
}

/**
 * A row with an unknown entry counts as changed in the next run, and only these kinds are sent for changed rows. A
 * removal that may have happened is found and done again: its entry stays. So does a creation: it has none.
 */
function isSentAgain({ change, kind }: { change: Change; kind: OperationKind }): boolean {
  return change !== 'removed' && (kind === 'upsert' || kind === 'update');
}
