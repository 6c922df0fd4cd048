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
  return mergeRanges(whole).flatMap(([from, to]) => {
    const left: Range[] = [];
    let at = from;
    for (const [cutFrom, cutTo] of cuts) {
      if (cutTo <= at || cutFrom >= to) continue;
      if (cutFrom > at) left.push([at, cutFrom]);
      at = Math.max(at, cutTo);
    }
    if (at < to) left.push([at, to]);
    return left;
  });
}

export function countRanges(ranges: readonly Range[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from, 0);
}
