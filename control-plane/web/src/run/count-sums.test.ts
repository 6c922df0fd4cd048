import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noCounts } from '../testing/sample.js';
import { changeSum, foundSum, outcomeSum, progressOf } from './count-sums.js';
import type { Counts, Sum } from './count-sums.js';

const anyCounts = fc.record(
  Object.fromEntries(
    Object.keys(noCounts).map((name) => [name, fc.nat(1_000_000)]),
  ) as unknown as Record<keyof Counts, fc.Arbitrary<number>>,
) as fc.Arbitrary<Counts>;

const sumOf = ({ terms }: Sum): number => terms.reduce((sum, { count }) => sum + count, 0);

describe('the counts of a run', () => {
  it('add up, whatever a report says', () => {
    fc.assert(
      fc.property(anyCounts, fc.boolean(), (counts, isLive) => {
        for (const sum of [foundSum(counts, isLive), changeSum(counts), outcomeSum(counts)])
          expect(sumOf(sum)).toBe(sum.total.count);
      }),
    );
  });

  it('name the rows that are not compared yet', () => {
    const counts = { ...noCounts, queried: 20 };
    expect(foundSum(counts, true).terms.at(-1)).toEqual({ name: 'Not compared yet', count: 20 });
    expect(foundSum(counts, false).terms.at(-1)).toEqual({ name: 'Not compared', count: 20 });
  });

  it('name no such rows when all are settled', () => {
    const counts = { ...noCounts, queried: 20, unchanged: 15, added: 4, invalid: 1 };
    expect(foundSum(counts, true).terms.map(({ name }) => name)).toEqual([
      'Unchanged',
      'Added',
      'Changed',
      'Invalid',
    ]);
  });

  it('hold as pending what has not ended yet', () => {
    const counts = { ...noCounts, added: 10, removed: 5, sent: 6, rejected: 1 };
    const pending = outcomeSum(counts).terms.find(({ name }) => name === 'Pending');
    expect(pending?.count).toBe(8);
    expect(outcomeSum(counts).total.count).toBe(changeSum(counts).total.count);
  });
});

describe('the progress of a delivery', () => {
  it('is full only at the last row', () => {
    expect(progressOf({ ...noCounts, sent: 9_999 }, 10_000).percent).toBe(99);
    expect(progressOf({ ...noCounts, sent: 9_998, rejected: 2 }, 10_000).percent).toBe(100);
  });

  it('is nothing without a plan', () => {
    expect(progressOf({ ...noCounts, sent: 3 }, 0)).toEqual({ done: 0, planned: 0, percent: 0 });
  });
});
