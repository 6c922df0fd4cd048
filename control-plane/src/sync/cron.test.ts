import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextSlot } from './cron.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Changes of clocks: by an hour both ways, at midnight, by half an hour, by two hours, and none. */
const changes: readonly [timezone: string, around: string][] = [
  ['Europe/Berlin', '2026-03-29T01:00Z'],
  ['Europe/Berlin', '2026-10-25T01:00Z'],
  ['America/New_York', '2026-03-08T07:00Z'],
  ['America/New_York', '2026-11-01T06:00Z'],
  ['America/Santiago', '2026-04-05T03:00Z'],
  ['America/Santiago', '2026-09-06T04:00Z'],
  ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
  ['Antarctica/Troll', '2026-03-29T01:00Z'],
  ['Antarctica/Troll', '2026-10-25T01:00Z'],
  ['Asia/Kathmandu', '2027-01-01T00:00Z'],
  ['Pacific/Chatham', '2026-04-04T14:00Z'],
  ['UTC', '2028-02-29T00:00Z'],
];

interface Fields {
  text: string;
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
}

const setOf = (most: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: most - 1 }), { minLength: 1, maxLength: 4 });
const anyFields = fc
  .record({
    minutes: fc.oneof(setOf(60), fc.constantFrom([0, 15, 30, 45], [0, 30], [30])),
    hours: fc.option(fc.oneof(setOf(24), fc.constantFrom([2], [1, 2, 3], [0], [23])), {
      nil: undefined,
    }),
  })
  .map(({ minutes, hours }): Fields => ({
    text: `${minutes.join(',')} ${hours?.join(',') ?? '*'} * * *`,
    minutes: new Set(minutes),
    hours: new Set(hours ?? Array.from({ length: 24 }, (_, hour) => hour)),
  }));

/** Walks minute by minute and looks at the wall, as a person with a list would. */
function slotsByWalking(fields: Fields, timezone: string, from: number, to: number): number[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const wallAt = (instant: number): number =>
    Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  const isMeant = (wall: number): boolean =>
    fields.minutes.has(new Date(wall).getUTCMinutes()) &&
    fields.hours.has(new Date(wall).getUTCHours());
  const seen = new Set<number>();
  const slots: number[] = [];
  // Begins earlier, to have seen what comes a second time.
  let former = wallAt(from - 6 * hourMs);
  for (let instant = from - 6 * hourMs + minuteMs; instant <= to; instant += minuteMs) {
    const wall = wallAt(instant);
    const isSecond = seen.has(wall);
    seen.add(wall);
    let isSlot = isMeant(wall) && (!isSecond || fields.text.split(' ')[1] === '*');
    for (let missed = former + minuteMs; missed < wall; missed += minuteMs)
      if (isMeant(missed) && !seen.has(missed)) isSlot = true;
    former = wall;
    if (isSlot && instant > from) slots.push(instant);
  }
  return slots;
}

describe('a cron expression', () => {
  it('has the slots that a walk along the wall finds, whatever the clocks do', () => {
    const anyStart = fc.integer({ min: -30 * 60, max: 10 * 60 });
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        anyFields,
        anyStart,
        ([timezone, around], f, start) => {
          const from = Date.parse(around) + start * minuteMs;
          const to = from + 30 * hourMs;
          const found: number[] = [];
          for (
            let slot = nextSlot({ cron: f.text, timezone }, new Date(from));
            slot && slot.getTime() <= to;
            slot = nextSlot({ cron: f.text, timezone }, slot)
          )
            found.push(slot.getTime());
          expect(found.map(textOf)).toEqual(slotsByWalking(f, timezone, from, to).map(textOf));
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['0,30 2 * * *', '2026-10-25', ['00:00', '00:30']],
    ['0 1-3 * * *', '2026-10-25', ['00:00', '02:00']],
    ['30 * * * *', '2026-10-25', ['00:30', '01:30', '02:30']],
    ['*/30 2 * * *', '2026-03-29', ['01:00']],
    ['15 */2 * * *', '2026-03-29', ['01:00', '02:15']],
  ])('%s in Berlin on %s comes at %j UTC', (cron, day, times) => {
    let last = new Date(`${day}T00:00Z`);
    last.setTime(last.getTime() - 1);
    const found = times.map(() => (last = nextSlot({ cron, timezone: 'Europe/Berlin' }, last)!));
    expect(found.map(textOf)).toEqual(times.map((time) => `${day}T${time}`));
  });

  it('that names no day there is has no slot', () => {
    expect(nextSlot({ cron: '0 0 30 2 *', timezone: 'UTC' }, new Date(0))).toBeNull();
  });
});

const textOf = (instant: number | Date): string => new Date(instant).toISOString().slice(0, 16);
