import { describe, expect, it } from 'vitest';
import { noPhases } from '../testing/sample.js';
import { phaseSteps } from './phase.js';

const standings = (state: string, phase: string | null, phases = noPhases): string =>
  phaseSteps({ state, phase, phases })
    .map(({ standing }) => standing)
    .join(' ');

describe('the phases of a run', () => {
  it.each([
    ['queued', null, 'waiting waiting waiting waiting waiting waiting'],
    ['running', 'query', 'current waiting waiting waiting waiting waiting'],
    ['running', 'deliver', 'done done done done current waiting'],
    ['succeeded', 'record', 'done done done done done done'],
    ['waiting_approval', 'plan', 'done done done held waiting waiting'],
    ['failed', 'diff', 'done done stopped skipped skipped skipped'],
    ['cancelled', null, 'skipped skipped skipped skipped skipped skipped'],
  ])('of one that is %s at %s', (state, phase, expected) => {
    expect(standings(state, phase)).toBe(expected);
  });

  it('of one that failed without naming its phase show the last that took time', () => {
    const phases = { ...noPhases, queryMs: 289 };
    expect(standings('failed', null, phases)).toBe(
      'stopped skipped skipped skipped skipped skipped',
    );
  });

  it('of a dry run end with the plan', () => {
    const phases = { ...noPhases, queryMs: 1, snapshotMs: 1, diffMs: 1, planMs: 1 };
    expect(standings('succeeded', 'plan', phases)).toBe('done done done done skipped skipped');
  });
});
