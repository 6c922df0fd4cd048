import type { Changes } from './changes.js';
import type { Comparison } from './comparison.js';
import type { DemoSync } from './demo-sync.js';
import type { FinishedRun } from './run.js';

export function runLine(run: FinishedRun): string {
  const { queried, unchanged, added, changed, removed, sent } = run.counts;
  const parts = [
    `${count(queried)} rows read`,
    `${count(unchanged)} unchanged`,
    `${count(added)} added`,
    `${count(changed)} changed`,
    `${count(removed)} removed`,
  ];
  return `   ${run.sync.padEnd(26)}${parts.join(', ')} → ${count(sent)} sent${secondsOf(run)}`;
}

export function changesLine(sync: DemoSync, { added, changed, removed }: Changes): string {
  return `   ${sync.name.padEnd(26)}${count(added)} added, ${count(changed)} changed, ${count(removed)} removed in its query`;
}

export function comparisonLine(sync: DemoSync, comparison: Comparison): string {
  const { wanted, missing, surplus } = comparison;
  const verdict =
    missing + surplus === 0
      ? `equal to the query, ${count(wanted)} rows`
      : `DIFFERS: ${count(missing)} rows missing or different, ${count(surplus)} too many`;
  return `   ${sync.name.padEnd(26)}${sync.target}: ${verdict}`;
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

function secondsOf({ createdAt, finishedAt }: FinishedRun): string {
  if (!finishedAt) return '';
  return ` in ${((Date.parse(finishedAt) - Date.parse(createdAt)) / 1000).toFixed(1)} s`;
}
