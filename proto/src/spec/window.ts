/** A part of a week, or of the calendar, on the clock on the wall. */
export interface Window {
  /** 0 is Sunday. Absent: every day. */
  weekdays?: ReadonlySet<number>;
  /** From one day to another, both included, as days since 1970. */
  dates?: { first: number; last: number };
  /** Minutes since midnight, the end excluded. One that ends on the next day belongs to the day on which it begins. */
  from: number;
  to: number;
}

const dayMinutes = 24 * 60;
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** `Mon-Fri 08:00-18:00`, `Sat,Sun`, `22:00-06:00`, `2026-12-24..2026-12-26`; undefined when it isn't one. */
export function windowOf(written: string): Window | undefined {
  const parts = written.trim().split(/\s+/);
  const [last = ''] = parts.slice(-1);
  const times = timesOf(last);
  const [days, ...rest] = times ? parts.slice(0, -1) : parts;
  if (rest.length > 0 || (days === undefined && !times)) return undefined;
  const on = days === undefined ? {} : (datesOf(days) ?? weekdaysOf(days));
  return on && { ...on, ...(times ?? { from: 0, to: dayMinutes }) };
}

function timesOf(written: string): Pick<Window, 'from' | 'to'> | undefined {
  const [, ...digits] = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(written) ?? [];
  const [hour = 0, minute = 0, endHour = 0, endMinute = 0] = digits.map(Number);
  const [from, to] = [hour * 60 + minute, endHour * 60 + endMinute];
  const isTime = digits.length > 0 && minute < 60 && endMinute < 60 && from < dayMinutes;
  return isTime && to <= dayMinutes && from !== to ? { from, to } : undefined;
}

function datesOf(written: string): Pick<Window, 'dates'> | undefined {
  const [first, last = first, ...rest] = written.split('..').map(dayOf);
  const isRange = first !== undefined && last !== undefined && first <= last && rest.length === 0;
  return isRange ? { dates: { first, last } } : undefined;
}

function dayOf(written: string): number | undefined {
  const instant = /^\d{4}-\d\d-\d\d$/.test(written) ? Date.parse(written) : NaN;
  const isDay = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(written);
  return isDay ? instant / 86_400_000 : undefined;
}

function weekdaysOf(written: string): Pick<Window, 'weekdays'> | undefined {
  const ranges = written.toLowerCase().split(',').map(weekdayRange);
  return ranges.every((range) => range !== undefined)
    ? { weekdays: new Set(ranges.flat()) }
    : undefined;
}

/** `fri-mon` goes through the weekend. */
function weekdayRange(written: string): number[] | undefined {
  const [first, last = first, ...rest] = written
    .split('-')
    .map((name) => weekdayNames.indexOf(name));
  if (first === undefined || last === undefined || rest.length > 0 || first < 0 || last < 0)
    return undefined;
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, n) => (first + n) % 7);
}
