/** Largest first; each with its length in seconds. */
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** `in 4 minutes`, `yesterday`, `just now`: in the person's language. */
export function relativeText(time: Date, now: Date, locale?: string): string {
  const seconds = (time.getTime() - now.getTime()) / 1_000;
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, length] of units) {
    // Half a minute is already `in 1 minute`; half a day is still 12 hours.
    const amount = unit === 'minute' ? Math.round(seconds / length) : Math.trunc(seconds / length);
    if (Math.abs(amount) >= 1) return format.format(amount, unit);
  }
  return format.format(0, 'second');
}

/** Short enough for a table: `24 Nov, 16:05`; with the year when it is another one. */
export function shortText(time: Date, now: Date, locale?: string): string {
  const isThisYear = time.getFullYear() === now.getFullYear();
  return new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);
}

/** To the second, with weekday and time zone. */
export const fullText = (time: Date, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' }).format(time);
