import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRunAt } from '../sync/schedule.js';
import { catchUpMs, slotChoice, type ScheduleRules } from './slot-choice.js';

const at = (text: string): Date => new Date(text);
const sync = { id: 'd9a2f0ac-5f0a-4b52-8a0c-8d1d2c4f6b11', createdAt: at('2026-01-01T00:00:00Z') };
const hourly: ScheduleRules = { schedule: { kind: 'cron', cron: '0 * * * *', timezone: 'UTC' } };
const slot = at('2026-06-01T06:00:00Z');
const noon = at('2026-06-01T12:10:00Z');
const nextAfter = (instant: Date) => nextRunAt(hourly.schedule, instant, sync);
const choose = (rules: Partial<ScheduleRules>, now = noon, freeSince: Date | null = null) =>
  slotChoice(
    { ...hourly, ...rules },
    { slot, now, freeSince, resumedAt: null, mayStart: true },
    nextAfter,
  );

describe('slots that nobody could start in time', () => {
  it('get one run for all of them', () => {
    expect(choose({})).toEqual({ start: { at: slot, slots: 7 }, next: at('2026-06-01T13:00Z') });
  });

  it('get one run each, the oldest first', () => {
    expect(choose({ catchUp: 'all' })).toEqual({
      start: { at: slot, slots: 1 },
      next: at('2026-06-01T07:00Z'),
    });
  });

  it('pass, but for one that is still in time', () => {
    expect(choose({ catchUp: 'skip' })).toEqual({
      passed: { at: slot, slots: 6 },
      start: { at: at('2026-06-01T12:00Z'), slots: 1 },
      next: at('2026-06-01T13:00Z'),
    });
    const startWithin = { ms: 5 * 60_000, text: '5m' };
    expect(choose({ catchUp: 'skip', startWithin })).toEqual({
      passed: { at: slot, slots: 7 },
      next: at('2026-06-01T13:00Z'),
    });
  });

  it('are counted to a hundred', () => {
    const later = new Date(slot.getTime() + 500 * 3_600_000);
    expect(choose({}, later).start).toEqual({ at: slot, slots: 100 });
  });

  it('are made up for one by one for a week, and pass before that', () => {
    const later = new Date(slot.getTime() + catchUpMs + 3_600_000);
    expect(choose({ catchUp: 'all' }, later)).toEqual({
      passed: { at: slot, slots: 1 },
      start: { at: at('2026-06-01T07:00Z'), slots: 1 },
      next: at('2026-06-01T08:00Z'),
    });
  });

  it('were not missed when they passed in a pause', () => {
    const resumedAt = at('2026-06-01T09:30:00Z');
    const due = { slot, now: noon, freeSince: null, resumedAt, mayStart: true };
    const rules = { ...hourly, catchUp: 'skip', startWithin: { ms: 300_000, text: '5m' } } as const;
    expect(slotChoice(rules, due, nextAfter)).toEqual({
      paused: { at: slot, slots: 4 },
      passed: { at: at('2026-06-01T10:00Z'), slots: 3 },
      next: at('2026-06-01T13:00Z'),
    });
  });

  it('are in time when they waited for the run before them, and it has just ended', () => {
    const rules = { catchUp: 'skip', overlap: 'queue' } as const;
    const ended = (minutes: number): Date => new Date(noon.getTime() - minutes * 60_000);
    expect(choose(rules, noon, ended(1))).toMatchObject({ start: { at: slot, slots: 7 } });
    expect(choose(rules, noon, ended(16))).toMatchObject({ passed: { at: slot, slots: 6 } });
    expect(choose({ catchUp: 'skip' }, noon, ended(1))).toMatchObject({ passed: { at: slot } });
  });
});

it('accounts for every slot once, by whatever rules, whenever somebody looks', () => {
  const rules = fc.record(
    {
      catchUp: fc.constantFrom('skip' as const, 'all'),
      startWithin: fc.integer({ min: 1, max: 600 }).map((m) => ({ ms: m * 60_000, text: '' })),
    },
    { requiredKeys: [] },
  );
  const looks = fc.array(fc.integer({ min: 1, max: 40 * 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      rules,
      looks,
      fc.integer({ min: -60, max: 40 * 60 }),
      fc.boolean(),
      (rule, minutes, resumedAfter, mayStart) => {
        let now = slot;
        let next: Date | null = slot;
        let counted = 0;
        for (const wait of minutes) {
          now = new Date(now.getTime() + wait * 60_000);
          while (next && next <= now) {
            const resumedAt = new Date(slot.getTime() + resumedAfter * 60_000);
            const choice = slotChoice(
              { ...hourly, ...rule },
              { slot: next, now, freeSince: null, resumedAt, mayStart },
              nextAfter,
            );
            const { paused, passed, start } = choice;
            counted += (paused?.slots ?? 0) + (passed?.slots ?? 0) + (start?.slots ?? 0);
            expect(!paused || paused.at < resumedAt).toBe(true);
            expect(!passed || passed.at >= resumedAt).toBe(true);
            expect(choice.next!.getTime()).toBeGreaterThan(next.getTime());
            next = choice.next;
          }
        }
        let expected = 0;
        for (let one: Date = slot; one <= now; one = nextAfter(one)!) expected += 1;
        expect(counted).toBe(expected);
      },
    ),
    { numRuns: 40 },
  );
});

it('makes up for nothing while no window is open, but starts what is in time', () => {
  const due = { slot, now: noon, freeSince: null, resumedAt: null, mayStart: false };
  for (const catchUp of ['all', 'skip', undefined] as const)
    expect(slotChoice({ ...hourly, ...(catchUp && { catchUp }) }, due, nextAfter)).toMatchObject({
      passed: { at: slot, slots: 6 },
      start: { at: at('2026-06-01T12:00Z'), slots: 1 },
    });
});
