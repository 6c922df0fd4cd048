import type { FollowedEnd } from '@drawbridge/proto';
import { describe, expect, it } from 'vitest';
import { isFollowed } from './followers.js';
import { ordinary, type RunOptions } from './run-options.js';
import { countNames, type RunCounts } from './run-report.js';

const countsOf = (some: Partial<RunCounts>): RunCounts => ({
  ...(Object.fromEntries(countNames.map((name) => [name, 0])) as RunCounts),
  ...some,
});
const isRunFollowed = (
  when: FollowedEnd | undefined,
  state: string,
  counts: Partial<RunCounts> = {},
  options: Partial<RunOptions> = {},
): boolean =>
  isFollowed(
    { kind: 'after', after: 'a', ...(when && when !== 'success' && { when }) },
    { state, counts: countsOf(counts), options: { ...ordinary, ...options } },
  );

describe('a run is followed', () => {
  it.each([
    ['success', ['succeeded']],
    ['always', ['succeeded', 'completed_with_errors', 'failed', 'cancelled']],
    [{ maxRejected: 10 }, ['succeeded', 'completed_with_errors']],
  ] as const)('when its sync is asked for %j, by its state', (when, expected) => {
    const states = ['succeeded', 'completed_with_errors', 'failed', 'cancelled'];
    expect(states.filter((state) => isRunFollowed(when, state))).toEqual(expected);
  });

  it('up to a share of rows that were refused, were invalid, or got no answer', () => {
    const judged = (counts: Partial<RunCounts>) =>
      isRunFollowed({ maxRejected: 10 }, 'completed_with_errors', counts);
    expect(judged({ sent: 80, skipped: 10, rejected: 10 })).toBe(true);
    expect(judged({ sent: 80, skipped: 10, rejected: 11 })).toBe(false);
    expect(judged({ sent: 85, invalid: 10, uncertain: 5 })).toBe(false);
    expect(judged({})).toBe(true);
  });

  it('not when it was a try', () => {
    for (const options of [{ dryRun: true }, { canary: 5 }, { undo: 'run' }])
      expect(isRunFollowed('always', 'succeeded', {}, options)).toBe(false);
    expect(isRunFollowed(undefined, 'succeeded', {}, { full: true, verify: true })).toBe(true);
  });
});
