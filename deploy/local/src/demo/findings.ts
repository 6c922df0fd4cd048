import type { Changes } from './changes.js';
import type { Comparison } from './comparison.js';
import type { FinishedRun } from './run.js';

/** What is wrong with a run, in words; empty when every row arrived and the counts add up. */
export function findingsOf(run: FinishedRun, expected?: Changes): string[] {
  const { counts } = run;
  const findings: string[] = [];
  if (run.state !== 'succeeded') findings.push(`the run ${run.state.replaceAll('_', ' ')}`);
  for (const problem of [run.failure, ...run.errors])
    if (problem) findings.push(`${problem.code}${problem.advice ? `: ${problem.advice}` : ''}`);
  for (const name of [
    'invalid',
    'skipped',
    'rejected',
    'withheld',
    'pending',
    'uncertain',
  ] as const)
    if (counts[name] > 0) findings.push(`${counts[name]} rows ${name}`);
  const { queried, unchanged, added, changed, removed, sent } = counts;
  if (queried !== unchanged + added + changed)
    findings.push(`${queried} rows read are not ${unchanged} + ${added} + ${changed}`);
  if (sent !== added + changed + removed)
    findings.push(`${sent} rows sent are not ${added} + ${changed} + ${removed}`);
  for (const name of ['added', 'changed', 'removed'] as const)
    if (expected && counts[name] !== expected[name])
      findings.push(`${counts[name]} rows ${name}, where the warehouse says ${expected[name]}`);
  return findings;
}

export function differencesOf({ missing, surplus }: Comparison): string[] {
  return [
    ...(missing > 0 ? [`${missing} rows of the query are missing or different`] : []),
    ...(surplus > 0 ? [`${surplus} rows are there that the query does not give`] : []),
  ];
}
