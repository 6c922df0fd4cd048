/** Rows `from` to `to` (not included) of a plan part, by `ord`. */
export type Range = readonly [from: number, to: number];

/** Sorted, with neighbours joined. */
export function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else if (to > from) merged.push([from, to]);
  }
  return merged;
}

/** What of `whole` is in none of `parts`. */
export function subtractRanges(whole: readonly Range[], parts: readonly Range[]): Range[] {
  const cuts = mergeRanges(parts);
  return mergeRanges(whole).flatMap(([from, to]) => gapsBetween(cuts, from, to));
}

export function countRanges(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Ranges that come in nearly sorted, kept merged: a million single rows are a few ranges. */
export class RangeSet {
  private ranges: Range[] = [];
  private mergeAt = 1024;

  add(from: number, to: number): void {
    const last = this.ranges.at(-1);
    if (last?.[1] === from) this.ranges[this.ranges.length - 1] = [last[0], to];
    else this.ranges.push([from, to]);
    if (this.ranges.length < this.mergeAt) return;
    this.ranges = mergeRanges(this.ranges);
    this.mergeAt = Math.max(1024, this.ranges.length * 2);
  }

  list(): Range[] {
    return mergeRanges(this.ranges);
  }
}

/** What of `from` to `to` lies in none of the ranges, which are sorted and merged. */
export function gapsBetween(ranges: readonly Range[], from: number, to: number): Range[] {
  let low = 0;
  for (let high = ranges.length; low < high;) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as Range)[1] <= from) low = middle + 1;
    else high = middle;
  }
  const gaps: Range[] = [];
  let at = from;
  for (let n = low; n < ranges.length; n += 1) {
    const [cutFrom, cutTo] = ranges[n] as Range;
    if (cutFrom >= to) break;
    if (cutFrom > at) gaps.push([at, cutFrom]);
    at = Math.max(at, cutTo);
  }
  if (at < to) gaps.push([at, to]);
  return gaps;
}
