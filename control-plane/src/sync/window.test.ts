import type { ScheduleEntry } from '@drawbridge/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayStartAt, nextRunAt } from './schedule.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const names = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A window as a person means it. */
interface Meant {
  days: readonly string[] | undefined;
  from: number;
  to: number;
}

const clock = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':');
const textOf = ({ days, from, to }: Meant): string =>
  [days?.join(','), `${clock(from)}-${clock(to)}`].filter(Boolean).join(' ');

const anyMinute = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.constantFrom(0, 60, 90, 120, 150, 180, 210, 1380),
);
const anyWindow: fc.Arbitrary<Meant> = fc
  .record({
    days: fc.option(fc.subarray(names, { minLength: 1 }), { nil: undefined }),
    from: anyMinute,
    to: anyMinute,
  })
  .filter(({ from, to }) => from !== to);
const someWindows = fc.array(anyWindow, { minLength: 1, maxLength: 3 });

/** Changes of clocks: by an hour both ways, at midnight, by half an hour, by two hours, and none. */
const changes: readonly [timezone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/Santiago', '2026-04-05T03:00Z'],
  ['America/Santiago', '2026-09-06T04:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00Z'],
  ['Asia/Kathmandu', '2027-01-01T00:00Z'],
];

/** Reads a clock that says the name of the day, and yesterday's from a calendar: nothing of it is the product's. */
function wallReader(timezone: string): (instant: number) => { day: string; minute: number } {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (instant) => {
    const [, day = '', hour, minute] = /^(\w+),? (\d\d):(\d\d)$/.exec(format.format(instant)) ?? [];
    return { day, minute: Number(hour) * 60 + Number(minute) };
  };
}

function isMeant({ days = names, from, to }: Meant, day: string, minute: number): boolean {
  const yesterday = names[(names.indexOf(day) + 6) % 7] ?? '';
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  return (days.includes(day) && minute >= from) || (days.includes(yesterday) && minute < to);
}

const cron: ScheduleEntry = { kind: 'cron', cron: '*/5 * * * *', timezone: 'UTC' };
const sync = { id: 'd9a2f0ac-5f0a-4b52-8a0c-8d1d2c4f6b11', createdAt: new Date(0) };

describe('a schedule with windows', () => {
  it('has the slots that a walk with a clock finds open, whatever the clocks do', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.option(someWindows, { nil: undefined }),
        fc.option(someWindows, { nil: undefined }),
        fc.integer({ min: -40 * 60, max: 10 * 60 }),
        fc.constantFrom(5, 7, 60),
        ([timezone, around], within, except, start, minutes) => {
          const from = Date.parse(around) + start * minuteMs;
          const to = from + 48 * hourMs;
          const everyMs = minutes * minuteMs;
          const schedule: ScheduleEntry = {
            kind: 'every',
            everyMs,
            text: '',
            timezone,
            ...(within && { within: within.map(textOf) }),
            ...(except && { except: except.map(textOf) }),
          };
          const read = wallReader(timezone);
          const expected: string[] = [];
          for (let at = Math.floor(from / everyMs + 1) * everyMs; at <= to; at += everyMs) {
            const { day, minute } = read(at);
            const contains = (window: Meant): boolean => isMeant(window, day, minute);
            const isOpen = (!within || within.some(contains)) && !except?.some(contains);
            expect(mayStartAt(schedule, new Date(at))).toBe(isOpen);
            if (isOpen) expected.push(new Date(at).toISOString());
          }
          const found: string[] = [];
          for (
            let at = nextRunAt(schedule, new Date(from), sync);
            at && at.getTime() <= to;
            at = nextRunAt(schedule, at, sync)
          )
            found.push(at.toISOString());
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it.each<[Partial<Extract<ScheduleEntry, { kind: 'cron' }>>, string, string | null]>([
    [{ within: ['Mon-Fri 08:00-18:00'] }, '2026-06-05T18:00Z', '2026-06-08T08:00Z'],
    [{ within: ['Sat,Sun'], except: ['Sat'] }, '2026-06-05T18:00Z', '2026-06-07T00:00Z'],
    [{ within: ['Fri 22:00-06:00'] }, '2026-06-06T05:55Z', '2026-06-12T22:00Z'],
    [{ except: ['2026-12-24..2026-12-26'] }, '2026-12-23T23:55Z', '2026-12-27T00:00Z'],
    [{ within: ['2030-01-01 12:00-24:00'] }, '2026-06-05T18:00Z', '2030-01-01T12:00Z'],
    [{ within: ['2020-01-01'] }, '2026-06-05T18:00Z', null],
    [{ within: ['Mon'], except: ['00:00-12:00', '12:00-24:00'] }, '2026-06-05T18:00Z', null],
    [{ cron: '0 6 * * *', within: ['08:00-18:00'] }, '2026-06-05T18:00Z', null],
    [{ cron: '0 6 13 * *', within: ['Fri'] }, '2026-06-05T18:00Z', '2026-11-13T06:00Z'],
  ])('%j after %s comes at %s', (rules, after, expected) => {
    const next = nextRunAt({ ...cron, ...rules }, new Date(after), sync);
    expect(next?.toISOString() ?? null).toBe(expected && new Date(expected).toISOString());
  });

  it('keeps its jitter out of the question which slots there are', () => {
    const rules = { within: ['08:00-08:01'], jitter: { ms: 3_600_000, text: '1h' } };
    const next = nextRunAt({ ...cron, ...rules }, new Date('2026-06-05T18:00Z'), sync)!;
    expect(next.getTime()).toBeGreaterThan(Date.parse('2026-06-06T08:00Z'));
    expect(next.getTime()).toBeLessThan(Date.parse('2026-06-06T09:00Z'));
  });
});
