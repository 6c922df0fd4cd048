import {
  create,
  FailureKind,
  FailureSchema,
  FinishedSchema,
  Phase,
  ProgressSchema,
} from '@drawbridge/proto';
import { SyncOutcome } from '@drawbridge/proto';
import { describe, expect, it } from 'vitest';
import { checkResultOf, endOf, progressOf } from './report.js';

const errorId = '22222222-0000-4000-8000-000000000000';
const rejected = {
  kind: FailureKind.REJECTED,
  code: 'destination.rejected',
  vendorCode: '23505',
  errorId,
};
const failed = (kind: FailureKind) => create(FailureSchema, { kind, code: 'internal.unexpected' });

describe('what an agent says of a run, in our words', () => {
  it('keeps counts, times, codes and the pointer', () => {
    const { result } = create(FinishedSchema, {
      result: {
        case: 'syncReport',
        value: {
          outcome: SyncOutcome.COMPLETED_WITH_ERRORS,
          counts: { queried: 10n, unchanged: 7n, added: 3n, sent: 2n, rejected: 1n },
          phases: { queryMs: 5n, planMs: 1n },
          errors: [{ failure: rejected, count: 1n }],
          baseline: {
            generation: 2n,
            key: 'v1/m.json',
            sha256: 'ab'.repeat(32),
            rows: 9n,
            bytes: 100n,
          },
          agentPeakBytes: 1n << 33n,
          bucketBytes: 70n,
          resumed: 4n,
          resentForMapping: 1n,
        },
      },
    });
    expect(endOf(result)).toEqual({
      state: 'completed_with_errors',
      phase: 'plan',
      counts: {
        queried: 10,
        unchanged: 7,
        added: 3,
        changed: 0,
        removed: 0,
        invalid: 0,
        sent: 2,
        skipped: 0,
        rejected: 1,
        withheld: 0,
        pending: 0,
        uncertain: 0,
      },
      phases: { queryMs: 5, snapshotMs: 0, diffMs: 0, planMs: 1, deliverMs: 0, recordMs: 0 },
      errors: [{ code: 'destination.rejected', vendorCode: '23505', count: 1, errorId }],
      baseline: { generation: 2, key: 'v1/m.json', sha256: 'ab'.repeat(32), rows: 9, bytes: 100 },
      peakBytes: 2 ** 33,
      bucketBytes: 70,
      resumed: 4,
      resentForMapping: 1,
    });
  });

  it('knows a plan that waits for approval by its digest, and believes in none without', () => {
    const waiting = (planDigest: string) =>
      endOf(
        create(FinishedSchema, {
          result: {
            case: 'syncReport',
            value: { outcome: SyncOutcome.WAITING_APPROVAL, counts: {}, phases: {}, planDigest },
          },
        }).result,
      );
    const planDigest = 'cd'.repeat(32);
    expect(waiting(planDigest)).toMatchObject({ state: 'waiting_approval', planDigest });
    expect(waiting('')).toMatchObject({ state: 'failed', failure: { code: 'job.wrong_report' } });
  });

  it('names the policy file that the run was under', () => {
    const policyDigest = 'ef'.repeat(32);
    const value = { outcome: SyncOutcome.SUCCEEDED, counts: {}, phases: {}, policyDigest };
    const { result } = create(FinishedSchema, { result: { case: 'syncReport', value } });
    expect(endOf(result)).toMatchObject({ state: 'succeeded', policyDigest });
  });

  it('tells a run that was stopped from one that failed', () => {
    expect(endOf({ case: 'failure', value: failed(FailureKind.CANCELLED) })).toEqual({
      state: 'cancelled',
    });
    expect(endOf({ case: 'failure', value: failed(FailureKind.INTERNAL) })).toMatchObject({
      state: 'failed',
      failure: { code: 'internal.unexpected', count: 1 },
    });
  });

  it('fails a run whose agent answered with something else', () => {
    const { result } = create(FinishedSchema, { result: { case: 'connectionReport', value: {} } });
    expect(endOf(result)).toMatchObject({ failure: { code: 'job.wrong_report' } });
  });

  it('knows every phase by its name', () => {
    const phases = [
      Phase.QUERY,
      Phase.SNAPSHOT,
      Phase.DIFF,
      Phase.PLAN,
      Phase.DELIVER,
      Phase.RECORD,
    ];
    const names = phases.map((phase) => progressOf(create(ProgressSchema, { phase })).phase);
    expect(names).toEqual(['query', 'snapshot', 'diff', 'plan', 'deliver', 'record']);
    expect(progressOf(create(ProgressSchema, {})).phase).toBeNull();
  });

  it('keeps the pace and the time that is left, and neither where nobody can tell', () => {
    const told = { phase: Phase.DELIVER, rowsPerSecond: 2_310n, remainingMs: 4_000n };
    expect(progressOf(create(ProgressSchema, told))).toMatchObject({
      rowsPerSecond: 2_310,
      remainingMs: 4_000,
    });
    const untold = progressOf(create(ProgressSchema, { phase: Phase.QUERY }));
    expect(untold).not.toHaveProperty('rowsPerSecond');
    expect(untold).not.toHaveProperty('remainingMs');
  });
});

describe('what an agent says of a connection', () => {
  it('is that it works, or why not', () => {
    const { result } = create(FinishedSchema, {
      result: { case: 'connectionReport', value: { durationMs: 12 } },
    });
    expect(checkResultOf(result)).toEqual({ failure: null, durationMs: 12 });
    expect(
      checkResultOf({ case: 'failure', value: failed(FailureKind.CONFIG) }).failure,
    ).toMatchObject({ code: 'internal.unexpected' });
  });
});
