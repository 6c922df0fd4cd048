import { Failure } from '../failure.js';
import type { Change } from './mapping.js';
import { operationKind } from './operation.js';
import type { Counts, Guard, SyncRequest } from './sync-request.js';

/**
 * Changes that are not sent, because a guard holds them back. Throws when a guard stops the run. A change of which the
 * mode sends nothing is not judged: held back, it would be found again in every run.
 */
export function judge(request: SyncRequest, counts: Counts, baselineRows: number): Set<Change> {
  const { guards } = request;
  if (counts.queried === 0 && baselineRows > 0 && guards.emptyResult === 'stop')
    throw new Failure(
      'CONFIG',
      'guard.empty_result',
      'The query gave no row, although it did before. If that is right, set guards.emptyResult to allow.',
    );
  const withheld = new Set<Change>();
  for (const change of ['added', 'changed', 'removed'] as const) {
    const guard = guards[change];
    if (!guard || !operationKind(request, change)) continue;
    if (!isTripped(guard, counts[change], baselineRows)) continue;
    if (guard.action === 'withhold') withheld.add(change);
    else throw stopped(change, guard);
  }
  return withheld;
}

function isTripped(guard: Guard, count: number, baselineRows: number): boolean {
  return count > guard.rows && count * 100 > guard.percent * baselineRows;
}

function stopped(change: Change, guard: Guard): Failure {
  const code = guard.action === 'approve' ? 'guard.needs_approval' : `guard.${change}`;
  return new Failure(
    'CONFIG',
    code,
    `More rows are ${change} than guards.${change} allows. Look at a dry run; raise the guard if they are right.`,
  );
}
