import type { ScheduleEntry } from '@drawbridge/proto';
import { nextSlot } from './cron.js';

/**
 * When a sync is due next, strictly after an instant; null for one that is started by hand. An interval counts from
 * `anchor` (when the sync was made), so that neither a late run nor a restart shifts it. Cron follows the clock on the
 * wall of its time zone.
 */
export function nextRunAt(schedule: ScheduleEntry, after: Date, anchor: Date): Date | null {
  switch (schedule.kind) {
    case 'manual':
      return null;
    case 'every':
      return nextInterval(schedule.everyMs, after, anchor);
    case 'cron':
      return nextSlot(schedule, after);
  }
}

function nextInterval(everyMs: number, after: Date, anchor: Date): Date {
  const passed = Math.floor((after.getTime() - anchor.getTime()) / everyMs);
  return new Date(anchor.getTime() + Math.max(passed + 1, 1) * everyMs);
}
