import { describe, expect, it } from 'vitest';
import type { Failure } from '../failure.js';
import { makeRequest } from '../testing/engine.js';
import { judge } from './guard.js';
import type { Counts, Guard, SyncRequest } from './sync-request.js';

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

describe('the ceiling of the agent (invariant 6)', () => {
  const removal = { action: 'delete' as const, set: [] };
  const codeOf = (
    request: Partial<SyncRequest>,
    change: Partial<Counts>,
    baselineRows = 100,
  ): string | undefined => {
    try {
      judge(
        makeRequest({ mode: 'mirror', onRemoved: removal, ...request }),
        counts(change),
        baselineRows,
      );
      return undefined;
    } catch (error) {
      return (error as Failure).code;
    }
  };

  it('stops a plan with more rows, whatever they are', () => {
    const ceiling = { rows: 10 };
    expect(codeOf({ ceiling }, { added: 4, changed: 3, removed: 3 })).toBeUndefined();
    expect(codeOf({ ceiling }, { added: 4, changed: 4, removed: 3 })).toBe(
      'policy.too_many_rows_sent',
    );
    expect(codeOf({ ceiling: { rows: 0 } }, { added: 1 })).toBe('policy.too_many_rows_sent');
    expect(codeOf({}, { added: 1_000_000 })).toBeUndefined();
    // What is not sent does not count.
    expect(codeOf({ ceiling, mode: 'create' }, { added: 10, changed: 5 })).toBeUndefined();
  });

  it('stops a plan that removes too large a part, or all of nothing', () => {
    const ceiling = { removedPercent: 10 };
    expect(codeOf({ ceiling }, { removed: 10 })).toBeUndefined();
    expect(codeOf({ ceiling }, { removed: 11 })).toBe('policy.too_many_removed');
    expect(codeOf({ ceiling }, { removed: 1 }, 0)).toBe('policy.too_many_removed');
    expect(codeOf({ ceiling: { removedPercent: 0 } }, { removed: 1 })).toBe(
      'policy.too_many_removed',
    );
    expect(codeOf({ ceiling: { removedPercent: 0 } }, { removed: 0, added: 7 })).toBeUndefined();
    const nothing = { action: 'nothing' as const, set: [] };
    expect(codeOf({ ceiling, onRemoved: nothing }, { removed: 50 })).toBeUndefined();
  });
});
