// What the benchmark measured, as medians, ratios and targets. Ratios are of medians of one and the same process run:
// seconds say little about a machine that others use too.
import type { NaiveRun } from './naive.js';

export const scenarios = ['first', 'unchanged', 'changed'] as const;
export type Scenario = (typeof scenarios)[number];

export interface OurRun {
  /** The phases of the run together; starting DuckDB and writing the report are in `wallMs` alone. */
  ms: number;
  /** As who started the run sees it. */
  wallMs: number;
  peakMiB: number;
  bucketBytes: number;
  phases: Record<string, number>;
  sent: number;
  /** The destination compared with the query, by checksum. */
  isEqual: boolean;
}

/** One entry a round; the naive script may have run in fewer. */
export interface Measured {
  size: number;
  scenario: Scenario;
  ours: OurRun[];
  limitMs: number[];
  naive: NaiveRun[];
}

export interface Row {
  size: number;
  scenario: Scenario;
  oursMs: number;
  limitMs: number;
  naiveMs: number | null;
  ratioToLimit: number;
  ratioToNaive: number | null;
  targetToLimit: number;
  targetToNaive: number;
  agentPeakMiB: number;
  bucketBytes: number;
  phases: Record<string, number>;
}

export const maxAgentPeakMiB = 512;
const smallSize = 100_000;
const targetsToLimit = { first: 1.5, unchanged: 1.4, changed: 1.8 };
const targetsToLimitWhenSmall = { first: 2.5, unchanged: 3, changed: 3 };
const targetsToNaive = { first: 1 / 7, unchanged: 1 / 10, changed: 1 / 8 };

export function rowOf({ size, scenario, ours, limitMs, naive }: Measured): Row {
  const typical = medianBy(ours, ({ ms }) => ms);
  const limit = median(limitMs);
  const naiveMs = naive.length > 0 ? median(naive.map(({ ms }) => ms)) : null;
  const targets = size <= smallSize ? targetsToLimitWhenSmall : targetsToLimit;
  return {
    size,
    scenario,
    oursMs: Math.round(typical.ms),
    limitMs: Math.round(limit),
    naiveMs: naiveMs === null ? null : Math.round(naiveMs),
    ratioToLimit: rounded(typical.ms / limit),
    ratioToNaive: naiveMs === null ? null : rounded(typical.ms / naiveMs),
    targetToLimit: targets[scenario],
    targetToNaive: rounded(targetsToNaive[scenario]),
    agentPeakMiB: Math.max(...ours.map(({ peakMiB }) => peakMiB)),
    bucketBytes: typical.bucketBytes,
    phases: typical.phases,
  };
}

/** Every target of the row that was not met, in words. */
export function missesOf(row: Row): string[] {
  const misses: string[] = [];
  if (row.ratioToLimit > row.targetToLimit) misses.push('limit');
  if (row.ratioToNaive !== null && row.ratioToNaive > row.targetToNaive) misses.push('naive');
  if (row.agentPeakMiB > maxAgentPeakMiB) misses.push('memory');
  return misses;
}

export const median = (values: readonly number[]): number => medianBy(values, (value) => value);

/** The one in the middle; of an even number, the lower of the two. */
function medianBy<T>(items: readonly T[], valueOf: (item: T) => number): T {
  const sorted = [...items].sort((a, b) => valueOf(a) - valueOf(b));
  return sorted[Math.ceil(sorted.length / 2) - 1]!;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
