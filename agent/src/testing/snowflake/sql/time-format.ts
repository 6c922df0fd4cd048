import { notCovered } from '../snowflake-error.js';

/**
 * Snowflake's date and time formats as `strftime` of DuckDB knows them. Offsets, and where fractions end, stay as marks
 * between tildes, which the macro SF_MARKS fills in: DuckDB knows neither TZH and TZM nor a fraction of two digits.
 */
const elements: readonly (readonly [string, string])[] = [
  ['YYYY', '%Y'],
  ['YY', '%y'],
  ['MMMM', '%B'],
  ['MM', '%m'],
  ['MON', '%b'],
  ['DD', '%d'],
  ['DY', '%a'],
  ['HH24', '%H'],
  ['HH12', '%I'],
  ['AM', '%p'],
  ['PM', '%p'],
  ['MI', '%M'],
  ['SS', '%S'],
  ['TZH:TZM', '~H~:~M~'],
  ['TZHTZM', '~H~~M~'],
  ['TZH', '~H~'],
  ['TZM', '~M~'],
  ['TZD', '%Z'],
  ['UUUU', '%Y'],
  ['T', 'T'],
  ['Z', 'Z'],
];
const fraction = /^FF(\d?)/i;

export function strftimeOf(format: string): string {
  let rest = format;
  let made = '';
  while (rest) {
    const quoted = /^"([^"]*)"/.exec(rest);
    const parts = fraction.exec(rest);
    const element = elements.find(([name]) => rest.toUpperCase().startsWith(name));
    if (quoted) made += (quoted[1] ?? '').replaceAll('%', '%%');
    else if (parts) made += fractionOf(parts[1] || '9');
    else if (element) made += element[1];
    else made += rest[0] === '%' ? '%%' : rest[0];
    rest = rest.slice(quoted?.[0].length ?? parts?.[0].length ?? element?.[0].length ?? 1);
  }
  return made;
}

/** DuckDB's `%f` has six digits; what is shorter is cut by a mark after it. */
function fractionOf(digits: string): string {
  const wanted = Number(digits);
  return wanted >= 6 ? `%f${'0'.repeat(wanted - 6)}` : `%f~${wanted}~`;
}

/** The same for reading: `strptime` takes fractions of up to nine digits by %n and offsets by %z. */
export function strptimeOf(format: string): string {
  const made = strftimeOf(format)
    .replace(/%f(0+|~\d~)?/g, '%n')
    .replace(/~H~:?~M~|~H~/g, '%z');
  if (made.includes('~')) throw notCovered(`date format ${format}`);
  return made;
}

/** Whether a format is one of dates and times, and none of numbers or bytes. */
export function isTimeFormat(format: string): boolean {
  return /YY|MM|DD|HH24|HH12|MI|SS|MON|DY|FF\d?/i.test(format);
}
