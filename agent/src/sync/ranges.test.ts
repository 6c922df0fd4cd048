import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeSet, countRanges, gapsBetween, mergeRanges, subtractRanges } from './ranges.js';
import type { Range } from './ranges.js';

const ranges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(9)).map(([from, size]): Range => [from, from + size]),
);
const members = (list: readonly Range[]): Set<number> =>
  new Set(list.flatMap(([from, to]) => Array.from({ length: to - from }, (_, n) => from + n)));

describe('ranges', () => {
  it('merge to the same rows, and count them once', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        expect(members(mergeRanges(list))).toEqual(members(list));
        expect(countRanges(mergeRanges(list))).toBe(members(list).size);
      }),
    );
  });

  it('subtract like sets', () => {
    fc.assert(
      fc.property(ranges, ranges, (whole, parts) => {
        const cut = members(parts);
        expect(members(subtractRanges(whole, parts))).toEqual(
          new Set([...members(whole)].filter((n) => !cut.has(n))),
        );
      }),
    );
  });

  it('leave the gaps that nobody names', () => {
    expect(gapsBetween([[2, 3], [5, 9]], 0, 7)).toEqual([[0, 2], [3, 5]]); // prettier-ignore
    expect(gapsBetween([[2, 3]], 3, 4)).toEqual([[3, 4]]);
    expect(gapsBetween([[0, 9]], 3, 4)).toEqual([]);
  });

  it('hold a million single rows, out of order, in little room', () => {
    const set = new RangeSet();
    for (let n = 0; n < 1_000_000; n += 2) {
      set.add(n + 1, n + 2);
      set.add(n, n + 1);
    }
    expect(set.list()).toEqual([[0, 1_000_000]]);
  });
});
