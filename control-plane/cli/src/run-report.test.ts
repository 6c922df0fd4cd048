import { describe, expect, it } from 'vitest';
import { exitCodeOf, runDocument, runLines } from './run-report.js';
import { sampleRun } from './testing/sample-run.js';

const withCounts = (counts: Partial<typeof sampleRun.counts>, state = 'succeeded') => ({
  ...sampleRun,
  state,
  counts: { ...sampleRun.counts, ...counts },
});

describe('the exit code of a run', () => {
  it.each([
    ['every row was sent', withCounts({}), 0],
    ['rows were skipped by the mode', withCounts({ skipped: 3 }), 0],
    ['nothing had changed', withCounts({ added: 0, changed: 0, removed: 0, sent: 0 }), 0],
    ['a row was rejected', withCounts({ rejected: 1 }, 'completed_with_errors'), 3],
    ['a guard withheld rows', withCounts({ withheld: 1 }), 3],
    ['a row is pending', withCounts({ pending: 1 }), 3],
    ['an outcome is uncertain', withCounts({ uncertain: 1 }), 3],
    ['a row is invalid', withCounts({ invalid: 1 }), 3],
    ['it waits for a person', withCounts({}, 'waiting_approval'), 3],
    ['it is parked', withCounts({}, 'parked'), 3],
    ['it failed', withCounts({}, 'failed'), 1],
    ['it was cancelled', withCounts({}, 'cancelled'), 1],
    ['it was a dry run', { ...withCounts({ pending: 5 }), dryRun: true }, 0],
  ])('%s', (_why, run, code) => {
    expect(exitCodeOf(run)).toBe(code);
  });
});

describe('the document of a run', () => {
  it('has the keys that scripts rely on', () => {
    const error = {
      code: 'destination.rejected',
      vendorCode: '23505',
      count: 1,
      errorId: 'e',
      title: 't',
      advice: 'a',
    };
    const document = runDocument({ ...sampleRun, errors: [error] }) as Record<string, object>;
    expect(Object.keys(document).join(' ')).toBe(
      'id sync state trigger agent policyDigest startedAt finishedAt phases counts errors baseline failure dryRun ' +
        'resumed resentForMapping planDigest heldBy pausedBy lapses',
    );
    expect(Object.keys(document.phases!)).toEqual(
      ['query', 'snapshot', 'diff', 'plan', 'deliver', 'record'].map((name) => `${name}Ms`),
    );
    expect(document.errors).toEqual([
      { code: 'destination.rejected', vendorCode: '23505', count: 1, errorId: 'e' },
    ]);
    expect(Object.keys(document.baseline!)).toEqual([
      'generation',
      'key',
      'sha256',
      'rows',
      'bytes',
    ]);
  });
});

describe('the lines of a run', () => {
  it('say what became of it and what to do', () => {
    const failure = {
      code: 'source.auth_failed',
      vendorCode: '28P01',
      count: 0,
      errorId: 'e1',
      title: 'Wrong password',
      advice: 'Correct the secret.',
    };
    const lines = runLines({ ...sampleRun, state: 'failed', failure });
    expect(lines).toContain('  queried    1,000');
    expect(lines).toContain('  removed        5');
    expect(lines[0]).toContain('customers-to-app  failed');
    expect(lines).toContain('  source.auth_failed (28P01)');
    expect(lines).toContain('    Wrong password: Correct the secret.');
    expect(lines.at(-1)).toContain(`v1/ws=*/sync=*/run=${sampleRun.id}/errors/e1.json`);
  });

  it('say what a plan that waits would do, and how to say yes or no', () => {
    const waiting = withCounts({ added: 3, changed: 0, removed: 12_034 }, 'waiting_approval');
    const lines = runLines({ ...waiting, heldBy: ['removed'], planDigest: 'ab'.repeat(32) });
    expect(lines).toContain(
      '  Held by the guard on removed rows: 12,034 rows would be removed, 3 added. Nothing of it was sent.',
    );
    expect(lines).toContain(`  If that is right, approve with: drawbridge approve ${sampleRun.id}`);
    expect(lines.join('\n')).toContain(`drawbridge cancel ${sampleRun.id}`);
    expect(runLines(sampleRun).join('\n')).not.toContain('approve');
  });

  it('say why a run is parked, and how to go on or end it', () => {
    const lapse = {
      agent: 'a1',
      leasedAt: '2026-11-23T10:00:00.000Z',
      lapsedAt: '2026-11-23T10:01:00.000Z',
    };
    const lines = runLines({ ...withCounts({}, 'parked'), lapses: [lapse, lapse, lapse, lapse] });
    expect(lines).toContain(
      '  Parked: 4 times an agent took it and fell silent. It starts no more by itself.',
    );
    expect(lines).toContain(
      '    agent a1 took it at 2026-11-23T10:00:00.000Z, given up at 2026-11-23T10:01:00.000Z',
    );
    expect(lines.join('\n')).toContain(`drawbridge release ${sampleRun.id}`);
    expect(lines.join('\n')).toContain(`drawbridge cancel ${sampleRun.id}`);
    expect(runLines({ ...sampleRun, lapses: [lapse] }).join('\n')).not.toContain('release');
  });

  it('say what went on from an earlier attempt, and what a new mapping sent again', () => {
    const lines = runLines({ ...sampleRun, resumed: 4_000, resentForMapping: 1 }).join('\n');
    expect(lines).toContain('4,000 operations had ended before the run was cut off');
    expect(lines).toContain('1 unchanged row sent again because the mapping changed');
  });
});

it('says after the dry run of an undo how to do it, with the plan that it made', () => {
  const counted = {
    ...sampleRun,
    dryRun: true,
    planDigest: 'ab'.repeat(32),
    options: { undo: 'run-1', canary: null },
    counts: { ...sampleRun.counts, added: 0, changed: 7, removed: 1 },
  };
  const text = runLines(counted).join('\n');
  expect(text).toContain('Taking back the run run-1: 1 row would be removed, 7 changed.');
  expect(text).toContain(`drawbridge run customers-to-app --undo run-1 --plan ${'ab'.repeat(32)}`);
  for (const other of [
    { dryRun: false },
    { state: 'failed' },
    { options: { undo: null, canary: null } },
  ])
    expect(runLines({ ...counted, ...other }).join('\n')).not.toContain('--plan');
});

it('says after a canary that the sync is paused, and how to go on', () => {
  const canary = {
    ...sampleRun,
    options: { undo: null, canary: 10 },
    counts: { ...sampleRun.counts, sent: 10, pending: 95 },
  };
  const text = runLines(canary).join('\n');
  expect(text).toContain('drawbridge resume customers-to-app');
  const whole = { ...canary, counts: { ...canary.counts, pending: 0 } };
  for (const other of [whole, { ...canary, dryRun: true }, { ...canary, state: 'running' }])
    expect(runLines(other).join('\n')).not.toContain('resume');
  expect(runLines({ ...whole, state: 'failed' }).join('\n')).toContain('resume');
});
