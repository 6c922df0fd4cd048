import { expect, it } from 'vitest';
import { isFiltered, runFilterOf, runsSearchOf } from './runs-search.js';

const nothing = runsSearchOf({});

it('takes from an address what a run can have, and nothing else', () => {
  expect(isFiltered(nothing)).toBe(false);
  expect(
    runsSearchOf({
      sync: 42,
      state: 'parked,failed,nonsense',
      trigger: 'cron',
      from: '2026-02-30',
    }),
  ).toEqual({ ...nothing, sync: '42', state: 'parked,failed' });
  for (const other of [{}, [], true, '', '  ', null])
    expect(runsSearchOf({ sync: other, destination: other, state: other, until: other })).toEqual(
      nothing,
    );
});

it('means whole days in UTC, the last one too', () => {
  const search = runsSearchOf({ from: '2026-11-01', until: '2026-12-31', trigger: 'schedule' });
  expect(isFiltered(search)).toBe(true);
  expect(runFilterOf(search)).toEqual({
    destination: null,
    states: [],
    trigger: 'schedule',
    from: '2026-11-01T00:00:00.000Z',
    to: '2027-01-01T00:00:00.000Z',
  });
});
