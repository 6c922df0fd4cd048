import { createHash } from 'node:crypto';
import type { ScheduleEntry } from '@drawbridge/proto';
import { nextSlot } from './cron.js';
import { isOpen, nextOpening, windowsOf, type Windows } from './window.js';

/** What the slots of a sync depend on beside its schedule. */
export interface ScheduledSync {
  id: string;
  createdAt: Date;
}

/**
 * When a sync is due next, strictly after an instant; null for one that starts by hand or after another one. An interval counts from when
 * the sync was made, so that neither a late run nor a restart shifts it. Cron follows the clock on the wall of its time
 * zone. Jitter puts all slots of a sync later by the same time: syncs spread, and each keeps its own rhythm.
 * A slot outside the windows of its schedule is none.
 */
export function nextRunAt(schedule: ScheduleEntry, after: Date, sync: ScheduledSync): Date | null {
  if (schedule.kind === 'manual' || schedule.kind === 'after') return null;
  const shiftMs = schedule.jitter ? shiftOf(sync.id, schedule.jitter.ms) : 0;
  const nextAfter = (instant: Date): Date | null =>
    schedule.kind === 'every'
      ? nextInterval(schedule.everyMs, instant, sync.createdAt)
      : nextOfLines([schedule.cron].flat(), schedule.timezone, instant);
  const next = nextInWindows(windowsOf(schedule), new Date(after.getTime() - shiftMs), nextAfter);
  return next && new Date(next.getTime() + shiftMs);
}

/** Times and windows may never meet: then it is given up. */
const mostOpenings = 120;

function nextInWindows(
  windows: Windows | undefined,
  after: Date,
  nextAfter: (instant: Date) => Date | null,
): Date | null {
  let slot = nextAfter(after);
  if (!windows) return slot;
  for (let tries = 0; slot && tries < mostOpenings; tries += 1) {
    if (isOpen(windows, slot.getTime())) return slot;
    const opening = nextOpening(windows, slot.getTime());
    slot = opening === null ? null : nextAfter(new Date(opening - 1));
  }
  return null;
}

/** A sync without windows may start at any time. Jitter is no part of the slot, so it may lead out of a window. */
export function mayStartAt(schedule: ScheduleEntry, instant: Date): boolean {
  const windows =
    schedule.kind === 'every' || schedule.kind === 'cron' ? windowsOf(schedule) : undefined;
  return !windows || isOpen(windows, instant.getTime());
}

/** From 0 to below the jitter, in whole milliseconds; always the same for a sync. */
export function shiftOf(syncId: string, jitterMs: number): number {
  const bits = createHash('sha256').update(syncId).digest().readUIntBE(0, 6);
  return Math.floor((bits / 2 ** 48) * jitterMs);
}

function nextOfLines(lines: readonly string[], timezone: string, after: Date): Date | null {
  const slots = lines.flatMap((cron) => nextSlot({ cron, timezone }, after)?.getTime() ?? []);
  return slots.length > 0 ? new Date(Math.min(...slots)) : null;
}

function nextInterval(everyMs: number, after: Date, anchor: Date): Date {
  const passed = Math.floor((after.getTime() - anchor.getTime()) / everyMs);
  return new Date(anchor.getTime() + Math.max(passed + 1, 1) * everyMs);
}
