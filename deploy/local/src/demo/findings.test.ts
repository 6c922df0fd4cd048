import { expect, it } from 'vitest';
import { findingsOf } from './findings.js';
import type { FinishedRun } from './run.js';

const counts: FinishedRun['counts'] = {
  queried: 100,
  unchanged: 90,
  added: 4,
  changed: 6,
  removed: 2,
  invalid: 0,
  sent: 12,
  skipped: 0,
  rejected: 0,
  withheld: 0,
  pending: 0,
  uncertain: 0,
};

function makeRun(change: Partial<FinishedRun>): FinishedRun {
  return {
    id: '1',
    sync: 'cities',
    state: 'succeeded',
    counts,
    errors: [],
    failure: null,
    createdAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:01Z',
    ...change,
  };
}

it('finds nothing in a run that sent exactly what changed', () => {
  expect(findingsOf(makeRun({}), { added: 4, changed: 6, removed: 2 })).toEqual([]);
});

it('finds rows that did not arrive', () => {
  const run = makeRun({
    state: 'completed_with_errors',
    counts: { ...counts, sent: 9, rejected: 3, pending: 3 },
    errors: [{ code: 'destination.rejected', count: 3, advice: 'Look at them.' }],
  });
  expect(findingsOf(run)).toEqual([
    'the run completed with errors',
    'destination.rejected: Look at them.',
    '3 rows rejected',
    '3 rows pending',
    '9 rows sent are not 4 + 6 + 2',
  ]);
});

it('finds counts that are not what the warehouse says', () => {
  expect(findingsOf(makeRun({}), { added: 4, changed: 7, removed: 2 })).toEqual([
    '6 rows changed, where the warehouse says 7',
  ]);
});

it('finds counts that do not add up', () => {
  expect(findingsOf(makeRun({ counts: { ...counts, unchanged: 91 } }))).toEqual([
    '100 rows read are not 91 + 4 + 6',
  ]);
});
