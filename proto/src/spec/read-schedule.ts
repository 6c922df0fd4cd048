import { Cron } from 'croner';
import { isScalar } from 'yaml';
import type { ScheduleEntry } from './entry.js';
import { mapped, optional, shape, text, type Read, type Reader } from './reader.js';
import type { At } from './yaml-file.js';

const msByUnit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 366 * msByUnit.d;

/** The milliseconds of `15m`; undefined when it isn't an interval. */
export function intervalMs(interval: string): number | undefined {
  const [, count, unit] = /^([1-9][0-9]{0,8})([smhd])$/.exec(interval) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * msByUnit[unit as keyof typeof msByUnit];
  return ms <= longestMs ? ms : undefined;
}

const written = shape({
  cron: optional(text, undefined),
  timezone: optional(text, undefined),
  every: optional(text, undefined),
});

/** `manual`, `{ every: 15m }`, or `{ cron: "0 6 * * *", timezone: Europe/Berlin }`. */
export const schedule: Reader<ScheduleEntry> = (at) => {
  const node = at.file.resolve(at.node);
  if (!isScalar(node)) return mapped(written, scheduleOf)(at);
  if (node.value === 'manual') return { value: { kind: 'manual' } };
  const message =
    'A schedule is manual, { every: 15m }, or { cron: "0 6 * * *", timezone: Europe/Berlin }.';
  return at.file.report(at, 'spec.bad_value', message);
};

interface Written {
  cron: string | undefined;
  timezone: string | undefined;
  every: string | undefined;
}

function scheduleOf({ cron, timezone, every }: Written, at: At): Read<ScheduleEntry> {
  if (cron !== undefined && every !== undefined)
    return at.file.report(at, 'spec.conflict', 'A schedule has "cron" or "every", not both.');
  if (cron !== undefined) return cronOf({ cron, timezone: timezone ?? 'UTC' }, at);
  if (every === undefined)
    return at.file.report(at, 'spec.missing', 'Say when: "cron" or "every" is missing here.');
  if (timezone !== undefined)
    return at.file.report(at, 'spec.conflict', 'A time zone means something to "cron" alone.');
  return everyOf(every, at);
}

function everyOf(interval: string, at: At): Read<ScheduleEntry> {
  const everyMs = intervalMs(interval);
  if (everyMs !== undefined) return { value: { kind: 'every', everyMs, text: interval } };
  const message = 'An interval is a number and s, m, h or d, such as 15m, and at most 366d.';
  return at.file.reportInside(at, ['every'], { code: 'spec.bad_interval', message });
}

function cronOf(
  { cron, timezone }: { cron: string; timezone: string },
  at: At,
): Read<ScheduleEntry> {
  if (!isTimezone(timezone)) {
    const message = `"${timezone}" is not a time zone. Write one such as Europe/Berlin or UTC.`;
    return at.file.reportInside(at, ['timezone'], { code: 'spec.bad_timezone', message });
  }
  if (hasNextRun(cron, timezone)) return { value: { kind: 'cron', cron, timezone } };
  const message = `"${cron}" is not a cron expression that ever comes. Write five parts: minute, hour, day, month, day of the week.`;
  return at.file.reportInside(at, ['cron'], { code: 'spec.bad_cron', message });
}

function isTimezone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Five parts: seconds would promise a precision that a queue doesn't keep. */
function hasNextRun(cron: string, timezone: string): boolean {
  try {
    return new Cron(cron, { timezone, paused: true, mode: '5-part' }).nextRun() !== null;
  } catch {
    return false;
  }
}
