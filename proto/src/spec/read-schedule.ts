import { Cron } from 'croner';
import { isScalar, isSeq } from 'yaml';
import type { CronEntry, EveryEntry, FollowedEnd, ScheduleEntry, WindowsEntry } from './entry.js';
import type { IntervalEntry } from './interval.js';
import { followedEnd } from './read-after.js';
import { windows } from './read-window.js';
import { listOf, mapped, optional, shape, text, type Read, type Reader } from './reader.js';
import { referenceTo } from './reference.js';
import type { At } from './yaml-file.js';

const msByUnit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const longestMs = 366 * msByUnit.d;

const intervalForm = 'An interval is a number and s, m, h or d, such as 15m, and at most 366d.';

/** The milliseconds of `15m`; undefined when it isn't an interval. */
export function intervalMs(written: string): number | undefined {
  const [, count, unit] = /^([1-9][0-9]{0,8})([smhd])$/.exec(written) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * msByUnit[unit as keyof typeof msByUnit];
  return ms <= longestMs ? ms : undefined;
}

export const interval: Reader<IntervalEntry> = mapped(text, (written, at) => {
  const ms = intervalMs(written);
  return ms === undefined
    ? at.file.report(at, 'spec.bad_interval', intervalForm)
    : { value: { ms, text: written } };
});

/** A schedule that needs more is two syncs; it also bounds what the next slot costs. */
const mostLines = 20;
const longestJitterMs = msByUnit.d;

/** One line, or a list of them. */
const lines: Reader<string | string[]> = (at) =>
  isSeq(at.file.resolve(at.node)) ? mapped(listOf(text), severalOf)(at) : text(at);

function severalOf(several: string[], at: At): Read<string | string[]> {
  const [first, second] = several;
  if (first === undefined)
    return at.file.report(at, 'spec.missing', 'This is empty. Write at least one line of cron.');
  if (several.length > mostLines || new Set(several).size < several.length) {
    const message = `Write at most ${mostLines} lines of cron, each once.`;
    return at.file.report(at, 'spec.bad_value', message);
  }
  return { value: second === undefined ? first : several };
}

const keys = shape({
  cron: optional(lines, undefined),
  timezone: optional(text, undefined),
  every: optional(text, undefined),
  jitter: optional(text, undefined),
  within: optional(windows, undefined),
  except: optional(windows, undefined),
  after: optional(referenceTo('syncs'), undefined),
  when: optional(followedEnd, undefined),
});

/** `manual`, `{ every: 15m }`, `{ cron: "0 6 * * *", timezone: Europe/Berlin }`, or `{ after: accounts }`. */
export const schedule: Reader<ScheduleEntry> = (at) => {
  const node = at.file.resolve(at.node);
  if (!isScalar(node)) return mapped(keys, scheduleOf)(at);
  if (node.value === 'manual') return { value: { kind: 'manual' } };
  const message =
    'A schedule is manual, { every: 15m }, { cron: "0 6 * * *", timezone: Europe/Berlin }, or { after: another-sync }.';
  return at.file.report(at, 'spec.bad_value', message);
};

interface Written {
  cron: string | string[] | undefined;
  timezone: string | undefined;
  every: string | undefined;
  jitter: string | undefined;
  within: string[] | undefined;
  except: string[] | undefined;
  after: string | undefined;
  when: FollowedEnd | undefined;
}

function scheduleOf({ after, when, ...times }: Written, at: At): Read<ScheduleEntry> {
  if (after === undefined && when === undefined) return timesOf(times, at);
  if (after === undefined)
    return at.file.report(at, 'spec.conflict', '"when" means something to "after" alone.');
  const [other] = Object.entries(times).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined) {
    const message = `A sync that runs after another one has no times of its own. Leave "${other}" out.`;
    return at.file.reportInside(at, [other], { code: 'spec.conflict', message });
  }
  return { value: { kind: 'after', after, ...(when && when !== 'success' && { when }) } };
}

type WrittenTimes = Omit<Written, 'after' | 'when'>;

function timesOf({ within, except, ...times }: WrittenTimes, at: At): Read<ScheduleEntry> {
  const { cron, timezone, every, jitter } = times;
  const inWindows = { ...(within && { within }), ...(except && { except }) };
  if (timezone !== undefined && !isTimezone(timezone)) {
    const message = `"${timezone}" is not a time zone. Write one such as Europe/Berlin or UTC.`;
    return at.file.reportInside(at, ['timezone'], { code: 'spec.bad_timezone', message });
  }
  if (cron !== undefined && every !== undefined)
    return at.file.report(at, 'spec.conflict', 'A schedule has "cron" or "every", not both.');
  if (cron !== undefined)
    return withJitter(cronOf({ cron, timezone: timezone ?? 'UTC', ...inWindows }, at), jitter, at);
  if (every === undefined)
    return at.file.report(at, 'spec.missing', 'Say when: "cron", "every" or "after" is missing.');
  if (timezone !== undefined && !within && !except) {
    const message = 'A time zone means something to "cron", "within" and "except" alone.';
    return at.file.report(at, 'spec.conflict', message);
  }
  return withJitter(everyOf({ every, timezone, ...inWindows }, at), jitter, at);
}

type TimesEntry = CronEntry | EveryEntry;

/** A shift beyond the interval would only be another one within it. */
function withJitter(
  read: Read<TimesEntry>,
  jitter: string | undefined,
  at: At,
): Read<ScheduleEntry> {
  if (!read || jitter === undefined) return read;
  const ms = intervalMs(jitter);
  const refuse = (code: string, message: string): undefined =>
    at.file.reportInside(at, ['jitter'], { code, message });
  if (ms === undefined) return refuse('spec.bad_interval', intervalForm);
  const mostMs = read.value.kind === 'every' ? read.value.everyMs : longestJitterMs;
  if (ms > Math.min(mostMs, longestJitterMs))
    return refuse('spec.bad_value', 'Jitter is at most 1d, and at most the interval.');
  const entry: IntervalEntry = { ms, text: jitter };
  return { value: { ...read.value, jitter: entry } };
}

type WrittenEvery = { every: string; timezone: string | undefined } & WindowsEntry;

function everyOf({ every, timezone, ...inWindows }: WrittenEvery, at: At): Read<EveryEntry> {
  const everyMs = intervalMs(every);
  const zone = timezone !== undefined && { timezone };
  if (everyMs !== undefined)
    return { value: { kind: 'every', everyMs, text: every, ...zone, ...inWindows } };
  return at.file.reportInside(at, ['every'], { code: 'spec.bad_interval', message: intervalForm });
}

function cronOf(entry: Omit<CronEntry, 'kind'>, at: At): Read<CronEntry> {
  const { cron, timezone } = entry;
  const never = [cron].flat().find((line) => !hasNextRun(line, timezone));
  if (never === undefined) return { value: { kind: 'cron', ...entry } };
  const message = `"${never}" is not a cron expression that ever comes. Write five parts: minute, hour, day, month, day of the week.`;
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
