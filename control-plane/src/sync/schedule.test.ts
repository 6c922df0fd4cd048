import type { ScheduleEntry } from '@drawbridge/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRunAt, shiftOf } from './schedule.js';

const at = (text: string): Date => new Date(text);
const anchor = at('2026-01-01T00:00:07Z');
const sync = { id: 'd9a2f0ac-5f0a-4b52-8a0c-8d1d2c4f6b11', createdAt: anchor };
const cron = (expression: string, timezone: string): ScheduleEntry => ({
  kind: 'cron',
  cron: expression,
  timezone,
});
const every = (everyMs: number): ScheduleEntry => ({ kind: 'every', everyMs, text: '' });

/** The next few times, in UTC. */
function timesOf(schedule: ScheduleEntry, after: string, count: number): string[] {
  const times: Date[] = [at(after)];
  for (let n = 0; n < count; n += 1) times.push(nextRunAt(schedule, times.at(-1)!, sync)!);
  return times.slice(1).map((time) => time.toISOString().replace(':00.000Z', 'Z'));
}

const instant = fc.date({ min: at('2026-01-01'), max: at('2036-01-01'), noInvalidDate: true });
const anySchedule = fc.oneof(
  fc.integer({ min: 1000, max: 366 * 86_400_000 }).map(every),
  fc
    .tuple(
      fc.constantFrom('*/15 * * * *', '30 2 * * *', '0 6 * * 1-5', '59 23 31 12 *', '0 0 29 2 *'),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'),
    )
    .map(([expression, timezone]) => cron(expression, timezone)),
);

describe('the next time of a schedule', () => {
  it('never comes for a sync that is started by hand', () => {
    expect(nextRunAt({ kind: 'manual' }, anchor, sync)).toBeNull();
  });

  it('lies after the instant, and nothing lies between', () => {
    fc.assert(
      fc.property(
        anySchedule,
        instant,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (s, t, part) => {
          const next = nextRunAt(s, t, sync)!;
          expect(next.getTime()).toBeGreaterThan(t.getTime());
          const gap = next.getTime() - t.getTime();
          const between = new Date(t.getTime() + Math.floor(part * (gap - 1)));
          expect(nextRunAt(s, between, sync)).toEqual(next);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps an interval on the grid that began when the sync was made', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 1e9 }), instant, (everyMs, t) => {
        const next = nextRunAt(every(everyMs), t, sync)!;
        expect((next.getTime() - anchor.getTime()) % everyMs).toBe(0);
        expect(next.getTime() - t.getTime()).toBeLessThanOrEqual(
          Math.max(everyMs, anchor.getTime() + everyMs - t.getTime()),
        );
      }),
    );
  });

  it('takes the earliest of several lines, and what two of them name once', () => {
    const several: ScheduleEntry = {
      kind: 'cron',
      cron: ['0 6 * * *', '0 18 * * 5', '0 6 * * 1'],
      timezone: 'Europe/Berlin',
    };
    // 2026-06-05 is a Friday.
    expect(timesOf(several, '2026-06-05T00:00:00Z', 5)).toEqual([
      '2026-06-05T04:00Z',
      '2026-06-05T16:00Z',
      '2026-06-06T04:00Z',
      '2026-06-07T04:00Z',
      '2026-06-08T04:00Z',
    ]);
  });

  it('comes later by the same part of its jitter each time, and misses none for it', () => {
    fc.assert(
      fc.property(anySchedule, fc.uuid(), instant, (schedule, id, t) => {
        if (schedule.kind === 'manual' || schedule.kind === 'after') return;
        const jitter = { ms: 600_000, text: '10m' };
        const shiftMs = shiftOf(id, jitter.ms);
        const shaken = { ...sync, id };
        expect(shiftMs).toBeGreaterThanOrEqual(0);
        expect(shiftMs).toBeLessThan(jitter.ms);
        const plain = nextRunAt(schedule, t, shaken)!;
        const shifted = nextRunAt(
          { ...schedule, jitter },
          new Date(t.getTime() + shiftMs),
          shaken,
        )!;
        expect(shifted.getTime() - plain.getTime()).toBe(shiftMs);
      }),
    );
  });

  it('spreads the syncs of one time over the whole jitter', () => {
    const tenths = new Map<number, number>();
    for (let n = 0; n < 1000; n += 1) {
      const tenth = Math.floor(shiftOf(`sync ${n}`, 1000) / 100);
      tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
    }
    expect([...tenths.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const count of tenths.values()) expect(count).toBeGreaterThan(60);
  });

  it('follows the clock on the wall through the end of summer time, once', () => {
    // 2026-10-25: 03:00 CEST becomes 02:00 CET, so 02:30 comes twice.
    expect(timesOf(cron('30 2 * * *', 'Europe/Berlin'), '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('catches up an hour that the start of summer time leaves out', () => {
    // 2026-03-29: 02:00 CET becomes 03:00 CEST, so there is no 02:30.
    expect(timesOf(cron('30 2 * * *', 'Europe/Berlin'), '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it.each(['2026-03-28T23:00:00Z', '2026-10-24T23:00:00Z'])(
    'keeps coming every quarter of an hour while the clocks change, from %s',
    (after) => {
      const quarters = timesOf(cron('*/15 * * * *', 'Europe/Berlin'), after, 24);
      const gaps = [after, ...quarters.slice(0, -1)].map(
        (time, n) => +at(quarters[n]!) - +at(time),
      );
      expect(new Set(gaps)).toEqual(new Set([900_000]));
    },
  );
});
