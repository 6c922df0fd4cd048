/** Where something stands in the configuration; lines and columns count from 1. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** Something that a person must change, and what to do about it. */
export interface SpecProblem extends Place {
  code: string;
  message: string;
  /** The keys that lead to it, such as `['syncs', 'orders', 'mode']`; empty for what is no YAML. */
  path: readonly string[];
}

/** Where a part of the configuration was written: `['syncs', 'orders', 'mode']`. */
export type PlaceOf = (path: readonly string[]) => Place;

export const nowhere: Place = { file: '', line: 0, column: 0 };

/** In the order in which a person reads the files. */
export function inReadingOrder(problems: readonly SpecProblem[]): SpecProblem[] {
  return problems.toSorted(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
