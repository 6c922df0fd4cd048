import { AppError } from '../app-error.js';

/** Days in UTC, both included. */
export interface Days {
  from: string;
  to: string;
}

const dayMs = 24 * 3_600_000;
const usualDays = 30;
const mostDays = 800;

/** What is left out is filled in: the last 30 days. Throws AppError `usage.bad_days`. */
export function daysOf(
  { from, to }: { from?: string | null; to?: string | null },
  now: Date,
): Days {
  const last = to ? dayIn(to) : dayOf(now);
  const first = from ? dayIn(from) : dayBefore(last, usualDays - 1);
  const count = daysBetween(first, last);
  if (count >= 1 && count <= mostDays) return { from: first, to: last };
  throw new AppError(
    'usage.bad_days',
    `"from" is a day at or before "to", and the two are ${mostDays} days apart at most.`,
  );
}

/** Each of them, oldest first. */
export const eachDay = ({ from, to }: Days): string[] =>
  Array.from({ length: daysBetween(from, to) }, (_, place) => dayBefore(from, -place));

export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

const dayBefore = (day: string, days: number): string =>
  dayOf(new Date(Date.parse(day) - days * dayMs));

const daysBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / dayMs + 1;

/** 31 February is no day, though some would read it as one of March. */
function dayIn(text: string): string {
  const ms = /^[12]\d{3}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms) && dayOf(new Date(ms)) === text) return text;
  throw new AppError('usage.bad_days', 'A day is written as 2026-11-25.');
}
