import type { Failure } from '../failure.js';
import { PackedRows } from './packed-rows.js';

/** The rows of a load, among those of its part. */
export interface LoadRows {
  from: number;
  to: number;
  /** 1: it belongs to the load. */
  isIn: PackedRows;
}

/** Neighbours that were not tried, or failed in a way that passes. */
export interface PutOff {
  from: number;
  to: number;
  failure: Failure;
}

export function rowsIn(
  from: number,
  to: number,
  runs: Iterable<readonly [from: number, to: number]>,
): LoadRows {
  const isIn = new PackedRows();
  for (const [first, last] of runs) isIn.fill(first, last, 1);
  return { from, to, isIn };
}

export function inRuns({ from, to, isIn }: LoadRows): { from: number; to: number }[] {
  return [...isIn.runs(from, to)].filter(({ value }) => value === 1);
}

/** Rows that were put off, as loads of at most so many. */
export function* portions(putOff: readonly PutOff[], most: number): Generator<LoadRows> {
  let runs: [number, number][] = [];
  let size = 0;
  for (const { from, to } of putOff)
    for (let at = from; at < to;) {
      const end = Math.min(to, at + most - size);
      runs.push([at, end]);
      size += end - at;
      at = end;
      if (size < most) continue;
      yield portion(runs);
      runs = [];
      size = 0;
    }
  if (runs.length > 0) yield portion(runs);
}

function portion(runs: readonly [number, number][]): LoadRows {
  return rowsIn(runs[0]?.[0] ?? 0, runs.at(-1)?.[1] ?? 0, runs);
}

/** SQL of them; `isIn`: SQL of what the number of a row is asked for. */
export const rowsSql = (rows: string, { from, to }: LoadRows, isIn: string): string =>
  `(select * from ${rows} where ord >= ${from} and ord < ${to} and ${isIn} = 1)`;
