import type { OperationKind } from '../connector/destination.js';
import type { Change } from './mapping.js';
import type { Outcomes } from './outcomes.js';
import { mergeRanges, subtractRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { SyncRequest } from './sync-request.js';

export interface Settled {
  /** Rows that keep their former entry, or none: they were not taken, or are to be tried again as they were. */
  except: Range[];
  /** Rows that may have been taken: recorded so that they are sent again, or removed if they leave the query. */
  unknown: Range[];
  /** Rows that the destination skipped: known from now on, but never called removed. */
  skipped: Range[];
  /** Rows that were not taken although their record has to become another one: recorded so that they are sent again. */
  stale: Range[];
  /** Rows that may have been taken and are not sent again, because that could double them. */
  held: Range[];
}

interface SettledPart {
  change: Change;
  kind: OperationKind;
  rows: number;
  repeatable: boolean;
  /** Changed rows are sent because the mapping is another one: their former entry would not find them again. */
  owed: boolean;
}

/**
 * What of a plan part goes into the baseline, once a delivery is over or was found cut off. `open`: handed to the
 * destination without an answer, as far as anybody knows.
 */
export function settle(
  part: SettledPart,
  told: Outcomes & { open: readonly Range[] },
  uncertain: SyncRequest['uncertain'],
): Settled {
  const settled = settledAsSent(part, told, uncertain);
  if (!part.owed || part.change !== 'changed') return settled;
  return { ...settled, except: [], stale: settled.except };
}

function settledAsSent(
  part: SettledPart,
  told: Outcomes & { open: readonly Range[] },
  uncertain: SyncRequest['uncertain'],
): Settled {
  const { refused, skipped } = told;
  const maybe = mergeRanges([...subtractRanges(told.open, told.answered), ...told.unknown]);
  const neverSent = subtractRanges([[0, part.rows]], [...told.answered, ...maybe]);
  const lost = mergeRanges([...refused, ...neverSent]);
  const whole: Settled = { except: lost, unknown: [], skipped, stale: [], held: [] };
  if (maybe.length === 0) return whole;
  if (!part.repeatable && uncertain === 'hold') return { ...whole, held: maybe };
  if (part.repeatable && isSentAgain(part)) return { ...whole, unknown: maybe };
  return { ...whole, except: mergeRanges([...lost, ...maybe]) };
}

/**
 * A row with an unknown entry counts as changed in the next run, and only these kinds are sent for changed rows. A
 * removal that may have happened is found and done again: its entry stays. So does a creation: it has none.
 */
function isSentAgain({ change, kind }: { change: Change; kind: OperationKind }): boolean {
  return change !== 'removed' && (kind === 'upsert' || kind === 'update');
}
