const dayMs = 86_400_000;
const minuteMs = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The clock on the wall of a time zone. A wall time is written as the number of milliseconds that the same date and time
 * of day would have in UTC; instants are milliseconds since 1970, both by whole minutes. Clocks that change twice within
 * two days are not known.
 */
export function wallOf(instant: number, timezone: string): number {
  const parts = formatOf(timezone).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
}

/** The instants that show a wall time: one, two in order when it comes twice, none when it is left out. */
export function instantsOf(wall: number, timezone: string): number[] {
  const before = wall - offsetAt(wall - dayMs, timezone);
  const after = wall - offsetAt(wall + dayMs, timezone);
  return [...new Set([before, after])]
    .filter((instant) => wallOf(instant, timezone) === wall)
    .sort((a, b) => a - b);
}

/** When the clock goes on after it left out this wall time. */
export function endOfGap(wall: number, timezone: string): number {
  const before = wall - offsetAt(wall + dayMs, timezone);
  const behind = wall - offsetAt(wall - dayMs, timezone);
  return changeBetween(before, behind, timezone) ?? behind;
}

/** When the clock is changed between two instants, by whole minutes; undefined when it is not. */
export function changeBetween(from: number, to: number, timezone: string): number | undefined {
  const offset = offsetAt(to, timezone);
  if (offsetAt(from, timezone) === offset) return undefined;
  let [early, late] = [from, to];
  while (late - early > minuteMs) {
    const middle = early + Math.floor((late - early) / minuteMs / 2) * minuteMs;
    if (offsetAt(middle, timezone) === offset) late = middle;
    else early = middle;
  }
  return late;
}

/** How much the wall is ahead of UTC, in milliseconds. */
export function offsetAt(instant: number, timezone: string): number {
  const minute = Math.floor(instant / minuteMs) * minuteMs;
  return wallOf(minute, timezone) - minute;
}

/** Making one takes a hundred times as long as asking it. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  formats.set(timezone, format);
  return format;
}
