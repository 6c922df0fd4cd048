import { describe, expect, it } from 'vitest';
import { makeRequest } from '../testing/engine.js';
import { judge } from './guard.js';
import type { Counts, Guard } from './sync-request.js';

const counts = (change: Partial<Counts>): Counts => ({
  queried: 1_000,
  unchanged: 0,
  added: 0,
  changed: 0,
  removed: 0,
  invalid: 0,
  sent: 0,
  skipped: 0,
  rejected: 0,
  withheld: 0,
  pending: 0,
  uncertain: 0,
  ...change,
});
const withheld = (guard: Omit<Guard, 'action'>, added: number, baselineRows: number): boolean => {
  const guards = { added: { ...guard, action: 'withhold' as const }, emptyResult: 'stop' as const };
  return judge(makeRequest({ guards }), counts({ added }), baselineRows).withheld.has('added');
};

describe('a guard on added rows (invariant 6)', () => {
  it('trips over both its thresholds', () => {
    expect(withheld({ rows: 100, percent: 20 }, 201, 1_000)).toBe(true);
    expect(withheld({ rows: 100, percent: 20 }, 200, 1_000)).toBe(false);
    expect(withheld({ rows: 100, percent: 20 }, 100, 10)).toBe(false);
  });

  it('lets a first run through that it can not measure by percent', () => {
    expect(withheld({ rows: 0, percent: 20 }, 1_000, 0)).toBe(false);
    expect(withheld({ rows: 100, percent: 20 }, 1_000, 0)).toBe(false);
    expect(withheld({ rows: 0, percent: 20 }, 1_000, 1)).toBe(true);
  });

  it('judges a first run by rows alone where nothing is said in percent', () => {
    expect(withheld({ rows: 100, percent: 0 }, 101, 0)).toBe(true);
    expect(withheld({ rows: 100, percent: 0 }, 100, 0)).toBe(false);
    expect(withheld({ rows: 0, percent: 0 }, 1, 0)).toBe(true);
  });
});
