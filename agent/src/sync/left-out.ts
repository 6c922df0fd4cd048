import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { Footing } from './footing.js';
import type { Change, Mapping } from './mapping.js';
import { rowFingerprint } from './plan-digest.js';
import { rejectedView } from './rejected-view.js';
import type { SyncRequest } from './sync-request.js';
import type { Tally } from './tally.js';

/** What keeps a row out of the plan, the first that fits. */
type Reason = 'null_key' | 'skip_row' | 'not_asked' | 'quarantined';

export interface LeaveOutContext {
  request: SyncRequest;
  footing: Footing;
  duck: Duck;
  tally: Tally;
}

/** Rows that are not sent although their change is. */
export interface Left {
  outcome: 'rejected' | 'skipped' | 'pending';
  rows: number;
  /** SQL that is true for them alone. */
  where: string;
}

/** Finds them; they keep their place in the baseline. */
export async function leaveOut(
  change: Change,
  mapping: Mapping,
  context: LeaveOutContext,
): Promise<Left[]> {
  const reasons = reasonsOf(change, mapping, context);
  if (reasons.length === 0) return [];
  const reason = `case ${reasons.map(([name, sql]) => `when ${sql} then '${name}'`).join(' ')} end`;
  const found = await context.duck.rows(
    `select reason, count(*) from (select ${reason} as reason from ${change}) group by reason`,
  );
  const count = new Map(found.map(([name, rows]) => [name as Reason | null, Number(rows)]));
  for (const [name, failure] of failures) {
    const rows = count.get(name) ?? 0;
    if (rows > 0) context.tally.add(failure(), undefined, rows);
  }
  const left = Object.entries(outcomes).map(([outcome, names]) => ({
    outcome: outcome as Left['outcome'],
    rows: names.reduce((sum, name) => sum + (count.get(name) ?? 0), 0),
    where: `coalesce((${reason}) in (${names.map(quoteText).join(', ')}), false)`,
  }));
  return left.filter(({ rows }) => rows > 0);
}

const outcomes: Readonly<Record<Left['outcome'], readonly Reason[]>> = {
  rejected: ['null_key'],
  skipped: ['skip_row', 'quarantined'],
  pending: ['not_asked'],
};

const failures: readonly [Reason, () => Failure][] = [
  ['null_key', keyIsNull],
  ['quarantined', quarantined],
];

function reasonsOf(
  change: Change,
  mapping: Mapping,
  { request, footing }: LeaveOutContext,
): [Reason, string][] {
  const reasons: [Reason, string][] = [];
  const { run, quarantineAfter } = request;
  const among = (which: string): string =>
    `(klo, khi, ${rowFingerprint('rh')}) in (select (klo, khi, rh) from ${rejectedView} where ${which})`;
  if (mapping.nullKey) reasons.push(['null_key', mapping.nullKey]);
  // A row is removed by its key, whatever else is NULL.
  if (mapping.skips && change !== 'removed') reasons.push(['skip_row', mapping.skips]);
  if (run.onlyRejected) reasons.push(['not_asked', `not ${among('true')}`]);
  // A removal is tried until it succeeds, and under a new mapping the row's record is another one.
  const isTried = run.onlyRejected || run.full || change === 'removed' || footing.owed;
  if (quarantineAfter > 0 && !isTried)
    reasons.push(['quarantined', among(`tries >= ${quarantineAfter}`)]);
  return reasons;
}

function keyIsNull(): Failure {
  return new Failure(
    'REJECTED',
    'record.key_null',
    'The destination key of these rows is NULL. Leave such rows out of the model.',
  );
}

function quarantined(): Failure {
  return new Failure(
    'REJECTED',
    'delivery.quarantined',
    'These rows were refused so often that they are not sent any more. Change them, or run the sync with --only rejected.',
  );
}
