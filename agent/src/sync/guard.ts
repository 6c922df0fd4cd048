import { Failure } from '../failure.js';
import { countAlike } from './alike.js';
import type { Change } from './mapping.js';
import { operationKind } from './operation.js';
import type { Run } from './run.js';
import type { Counts, Guard, SyncRequest } from './sync-request.js';

/** What the guards hold back. */
export interface Judgement {
  /** Changes that are not sent, while the others are. */
  withheld: ReadonlySet<Change>;
  /** Changes that somebody has to approve; until then nothing of the plan is sent. */
  unapproved: ReadonlySet<Change>;
}

export const nothingHeld: Judgement = { withheld: new Set(), unapproved: new Set() };

/** What the guards judge: of what replaces everything each time, as changed only rows that are other ones. */
export async function countsToJudge(
  run: Pick<Run, 'request' | 'meter' | 'baseline' | 'shape' | 'duck'>,
): Promise<Counts> {
  const { request, meter } = run;
  const { changed } = meter.counts;
  if (request.mode !== 'replace' || !request.guards.changed || changed === 0) return meter.counts;
  return { ...meter.counts, changed: changed - ((await countAlike(run)) ?? 0) };
}

/**
 * Throws when a guard stops the run. A change of which the mode sends nothing is not judged: held back, it would be
 * found again in every run.
 */
export function judge(request: SyncRequest, counts: Counts, baselineRows: number): Judgement {
  const { guards } = request;
  assertBelowCeiling(request, counts, baselineRows);
  if (counts.queried === 0 && baselineRows > 0 && guards.emptyResult === 'stop')
    throw new Failure(
      'CONFIG',
      'guard.empty_result',
      'The query gave no row, although it did before. If that is right, set guards.emptyResult to allow.',
    );
  const withheld = new Set<Change>();
  const unapproved = new Set<Change>();
  for (const change of ['added', 'changed', 'removed'] as const) {
    const guard = guards[change];
    if (!guard || !operationKind(request, change)) continue;
    if (!isTripped(guard, counts[change], baselineRows)) continue;
    if (guard.action === 'withhold') withheld.add(change);
    else if (guard.action === 'approve') unapproved.add(change);
    else throw stopped(change);
  }
  // A result without a part of it can't take the place of everything.
  if (request.mode === 'replace' && withheld.size > 0)
    for (const change of ['added', 'changed', 'removed'] as const) withheld.add(change);
  return { withheld, unapproved };
}

const changes = ['added', 'changed', 'removed'] as const;

/** Throws when the plan goes beyond what the agent lets any run do. Of no rows any removal is all of them. */
function assertBelowCeiling(request: SyncRequest, counts: Counts, baselineRows: number): void {
  const { rows, removedPercent } = request.ceiling ?? {};
  const sent = (change: Change): number => (operationKind(request, change) ? counts[change] : 0);
  const planned = changes.reduce((sum, change) => sum + sent(change), 0);
  if (rows !== undefined && planned > rows)
    throw new Failure(
      'CONFIG',
      'policy.too_many_rows_sent',
      'The run would send more rows than the agent’s policy lets a run send. Select fewer, or raise maxRows of the destination’s rule.',
    );
  const removed = request.mode === 'append' ? 0 : sent('removed');
  if (removedPercent !== undefined && removed * 100 > removedPercent * baselineRows)
    throw new Failure(
      'CONFIG',
      'policy.too_many_removed',
      'The run would remove more of the rows than the agent’s policy lets a run remove. Look at a dry run of a smaller change, or raise maxRemovedPercent of the destination’s rule.',
    );
}

/** Of nothing there is no percentage: a guard that has one lets a first run through, as no first run would pass it. */
function isTripped({ rows, percent }: Guard, count: number, baselineRows: number): boolean {
  if (percent > 0 && baselineRows === 0) return false;
  return count > rows && count * 100 > percent * baselineRows;
}

function stopped(change: Change): Failure {
  return new Failure(
    'CONFIG',
    `guard.${change}`,
    `More rows are ${change} than guards.${change} allows. Look at a dry run; raise the guard if they are right.`,
  );
}
