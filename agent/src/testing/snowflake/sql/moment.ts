// How Snowflake reads dates and times out of text with the format AUTO: docs.snowflake.com/en/sql-reference/date-time-input-output
// (read November 2026): ISO forms, RFC 822 ones, DD-MON-YYYY, MM/DD/YYYY, and whole numbers as seconds since 1970.

interface Moment {
  /** `YYYY-MM-DD HH:MM:SS.ffffff`, without regard to an offset. */
  local: string;
  /** Minutes east of Greenwich, if the text says so. */
  offset: number | undefined;
}

const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?`;
const zone = String.raw`\s*(Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?`;
const iso = new RegExp(String.raw`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]${clock}${zone})?$`);
const mail = new RegExp(
  String.raw`^(?:[A-Za-z]{3}, )?(\d{1,2})[ -]([A-Za-z]{3})[ -](\d{4})(?: ${clock}${zone})?$`,
);
const american = new RegExp(String.raw`^(\d{1,2})/(\d{1,2})/(\d{4})(?: ${clock}${zone})?$`);
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

function momentOf(text: string): Moment | undefined {
  const trimmed = text.trim();
  const isoParts = iso.exec(trimmed);
  if (isoParts) return made(isoParts.slice(1, 4), isoParts.slice(4));
  const mailParts = mail.exec(trimmed);
  if (mailParts) {
    const [, day = '', name = '', year = ''] = mailParts;
    const month = months.toLowerCase().indexOf(name.toLowerCase()) / 3 + 1;
    return made([year, String(month), day], mailParts.slice(4));
  }
  const [whole, month = '', day = '', year = '', ...rest] = american.exec(trimmed) ?? [];
  if (whole !== undefined) return made([year, month, day], rest);
  return /^-?\d{1,18}(\.\d+)?$/.test(trimmed) ? sinceEpoch(Number(trimmed)) : undefined;
}

function made(
  date: readonly string[],
  [hour = '0', minute = '0', second = '0', fraction = '', at]: readonly (string | undefined)[],
): Moment {
  const [year = '', month = '', day = ''] = date;
  const two = (part: string): string => part.padStart(2, '0');
  return {
    local: `${year}-${two(month)}-${two(day)} ${two(hour)}:${minute.padStart(2, '0')}:${two(second)}.${fraction.slice(0, 6).padEnd(6, '0')}`,
    offset: at === undefined ? undefined : minutesOf(at),
  };
}

function minutesOf(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(3).replace(':', '') || 0);
  return offset.startsWith('-') ? -minutes : minutes;
}

/** A number is seconds, milliseconds, microseconds or nanoseconds by how large it is. */
function sinceEpoch(count: number): Moment {
  const size = Math.abs(count);
  const ms =
    size < 31_536_000_000
      ? count * 1000
      : size < 31_536_000_000_000
        ? count
        : size < 31_536_000_000_000_000
          ? count / 1e3
          : count / 1e6;
  return { local: `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}000`, offset: 0 };
}

export function localText(text: string): string {
  const moment = momentOf(text);
  if (!moment) throw new Error(`100035/22007/Timestamp '${text}' is not recognized`);
  return moment.local;
}

/** Minutes as a text; empty where the text has no offset. */
export function offsetText(text: string): string {
  return String(momentOf(text)?.offset ?? '');
}

export function dayText(text: string): string {
  const moment = momentOf(text);
  if (!moment) throw new Error(`100040/22007/Date '${text}' is not recognized`);
  return moment.local.slice(0, 10);
}

export function timeText(text: string): string {
  const [whole, hour = '', minute = '', second = '00', fraction = '', half] =
    /^\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*([AaPp][Mm])?\s*$/.exec(text) ?? [];
  if (whole === undefined) throw new Error(`100108/22007/Time '${text}' is not recognized`);
  const hours =
    half === undefined
      ? Number(hour)
      : (Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
  return `${String(hours).padStart(2, '0')}:${minute}:${second}.${fraction.slice(0, 6).padEnd(6, '0')}`;
}
