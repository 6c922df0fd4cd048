/** Largest first; each with its length in minutes. */
const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 525_600],
  ['month', 43_200],
  ['day', 1_440],
  ['hour', 60],
  ['minute', 1],
];

/** `in 4 minutes`, `yesterday`, `just now`: in the person's language. */
export function relativeText(time: Date, now: Date, locale?: string): string {
  // Half a minute is already a minute, and 59.7 minutes are an hour.
  const minutes = Math.round((time.getTime() - now.getTime()) / 60_000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  for (const [unit, length] of units) {
    const amount = Math.trunc(minutes / length);
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
