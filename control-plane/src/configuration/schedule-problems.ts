import { randomUUID } from 'node:crypto';
import type { PlaceOf, Specification, SpecProblem } from '@drawbridge/proto';
import { nextRunAt } from '../sync/schedule.js';

/** Schedules that would never start anything: no time of theirs lies in their windows. */
export function scheduleProblems(
  { syncs }: Specification,
  placeOf: PlaceOf,
  now: Date,
): SpecProblem[] {
  const sync = { id: randomUUID(), createdAt: now };
  return Object.entries(syncs).flatMap(([name, { schedule }]) => {
    const hasWindows =
      (schedule.kind === 'cron' || schedule.kind === 'every') &&
      (schedule.within !== undefined || schedule.except !== undefined);
    if (!hasWindows || nextRunAt(schedule, now, sync)) return [];
    const message =
      'No time of this schedule lies in its windows, so it would never start. Change "within" or "except", or the times.';
    const path = ['syncs', name, 'schedule'];
    return [{ ...placeOf(path), code: 'spec.never_due', message, path }];
  });
}
