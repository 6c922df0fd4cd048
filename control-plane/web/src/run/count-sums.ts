export interface Counts {
  queried: number;
  unchanged: number;
  added: number;
  changed: number;
  removed: number;
  invalid: number;
  sent: number;
  skipped: number;
  rejected: number;
  withheld: number;
  pending: number;
  uncertain: number;
}

export interface Term {
  name: string;
  count: number;
  /** Rows that did not get where they should. */
  isTrouble?: boolean;
}

/** `total` is the sum of `terms`, always: what is not settled yet is a term of its own. */
export interface Sum {
  total: Term;
  terms: Term[];
}

/** queried = unchanged + added + changed + invalid, and whatever has not been compared. */
export function foundSum(counts: Counts, isLive: boolean): Sum {
  const { queried, unchanged, added, changed, invalid } = counts;
  const known = unchanged + added + changed + invalid;
  const open = Math.max(0, queried - known);
  return {
    total: { name: 'Queried', count: known + open },
    terms: [
      { name: 'Unchanged', count: unchanged },
      { name: 'Added', count: added },
      { name: 'Changed', count: changed },
      { name: 'Invalid', count: invalid, isTrouble: true },
      ...(open > 0 ? [{ name: isLive ? 'Not compared yet' : 'Not compared', count: open }] : []),
    ],
  };
}

/** added + changed + removed: the rows that this run has to bring to the destination. */
export function changeSum({ added, changed, removed }: Counts): Sum {
  return {
    total: { name: 'Changes', count: added + changed + removed },
    terms: [
      { name: 'Added', count: added },
      { name: 'Changed', count: changed },
      { name: 'Removed', count: removed },
    ],
  };
}

/** What became of the changes. Until the report says how many are pending, those are all that ended in no other way. */
export function outcomeSum(counts: Counts): Sum {
  const { added, changed, removed, sent, skipped, rejected, withheld, uncertain } = counts;
  const ended = sent + skipped + rejected + withheld + uncertain;
  const pending = Math.max(counts.pending, added + changed + removed - ended, 0);
  return {
    total: { name: 'Changes', count: ended + pending },
    terms: [
      { name: 'Sent', count: sent },
      { name: 'Skipped', count: skipped },
      { name: 'Rejected', count: rejected, isTrouble: true },
      { name: 'Withheld', count: withheld, isTrouble: true },
      { name: 'Pending', count: pending },
      { name: 'Uncertain', count: uncertain, isTrouble: true },
    ],
  };
}

/** Operations that have an outcome, of those that were planned. */
export function progressOf(
  { sent, skipped, rejected, uncertain }: Counts,
  planned: number,
): { done: number; planned: number; percent: number } {
  const done = Math.min(sent + skipped + rejected + uncertain, planned);
  // Never 100 before the last one: a bar that is full says that it is over.
  const percent = planned === 0 ? 0 : Math.floor((done / planned) * 100);
  return { done, planned, percent };
}

export const meanings: [string, string][] = [
  ['Queried', 'Rows that the model’s query returned.'],
  ['Unchanged', 'Rows that the destination already has as they are.'],
  ['Added', 'Rows that the destination has not had from this sync.'],
  ['Changed', 'Rows whose mapped columns differ from what the destination has.'],
  ['Removed', 'Rows that the destination has from this sync and that the query no longer returns.'],
  ['Invalid', 'Rows without a usable key: a NULL in it, or one that occurs twice. Never sent.'],
  ['Sent', 'The destination said so, for each row.'],
  ['Skipped', 'The sync’s mode leaves them alone.'],
  [
    'Rejected',
    'The destination refused them. Tried again by the next run, with their latest value.',
  ],
  ['Withheld', 'Held back by a guard, because too many rows at once would have been removed.'],
  ['Pending', 'Not sent yet. The next run finds them again.'],
  ['Uncertain', 'Sent, but the answer never came. Not repeated silently.'],
];
