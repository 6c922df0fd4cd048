import { windowOf, type Window, type WindowsEntry } from '@drawbridge/proto';
import { changeBetween, endOfGap, instantsOf, wallOf } from './wall-clock.js';

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Windows of later years are not looked for. */
const horizonDays = 3660;
/** Of days on which a window may open: where none of so many has an opening, other windows close them all. */
const mostDays = 400;

/** The windows of a schedule on the clock of its time zone. */
export interface Windows {
  within: readonly Window[] | undefined;
  except: readonly Window[];
  timezone: string;
}

/** Undefined when it may start at any time. */
export function windowsOf({
  within,
  except,
  timezone = 'UTC',
}: WindowsEntry & { timezone?: string }): Windows | undefined {
  if (!within && !except) return undefined;
  const read = (texts: readonly string[]): Window[] =>
    texts.flatMap((text) => windowOf(text) ?? []);
  return { within: within && read(within), except: read(except ?? []), timezone };
}

export const isOpen = (windows: Windows, instant: number): boolean =>
  isOpenOnWall(windows, wallOf(instant, windows.timezone));

function isOpenOnWall({ within, except }: Windows, wall: number): boolean {
  const contains = (window: Window): boolean => isInWindow(window, wall);
  return (!within || within.some(contains)) && !except.some(contains);
}

function isInWindow(window: Window, wall: number): boolean {
  const day = Math.floor(wall / dayMs);
  const minute = (wall - day * dayMs) / minuteMs;
  const { from, to } = window;
  if (from < to) return from <= minute && minute < to && isOnDay(window, day);
  return (minute >= from && isOnDay(window, day)) || (minute < to && isOnDay(window, day - 1));
}

/** Day 0, 1970-01-01, was a Thursday. */
const isOnDay = ({ weekdays, dates }: Window, day: number): boolean =>
  (!weekdays || weekdays.has((day + 4) % 7)) &&
  (!dates || (dates.first <= day && day <= dates.last));

/** The first instant after this one at which a window is open that was not; null when none comes in ten years. */
export function nextOpening(windows: Windows, after: number): number | null {
  const first = Math.floor(wallOf(after, windows.timezone) / dayMs);
  for (let day = first - 1, looked = 0; day < first + horizonDays && looked < mostDays; day += 1) {
    if (!opensOn(windows, day)) continue;
    looked += 1;
    const opening = edgesOf(windows, day).find(
      (instant) => instant > after && isOpen(windows, instant),
    );
    if (opening !== undefined) return opening;
  }
  return null;
}

/** Whether a window may be open on a day at all: asked of the calendar, which costs nothing. */
function opensOn({ within, except }: Windows, day: number): boolean {
  const isWhole = ({ from, to }: Window): boolean => from === 0 && to * minuteMs === dayMs;
  if (except.some((window) => isWhole(window) && isOnDay(window, day))) return false;
  return !within || within.some((window) => isOnDay(window, day) || isOnDay(window, day - 1));
}

/** The instants of a day at which a window may begin or end, in order. The clock itself may jump into one. */
function edgesOf({ within = [], except, timezone }: Windows, day: number): number[] {
  const minutes = [...within, ...except].flatMap(({ from, to }) => [from, to]);
  const walls = [...new Set([0, ...minutes])].map((minute) => day * dayMs + minute * minuteMs);
  const instants = walls.flatMap((wall) => {
    const there = instantsOf(wall, timezone);
    return there.length > 0 ? there : [endOfGap(wall, timezone)];
  });
  const [start = 0] = instants;
  const change = changeBetween(start, start + dayMs, timezone);
  return [...instants, ...(change === undefined ? [] : [change])].sort((a, b) => a - b);
}
