import { FailureKind, Phase, SyncOutcome, encodeAgentFrame } from '@drawbridge/proto';
import { expect, it } from 'vitest';
import type { Counts, ErrorTally, Progress, SyncReport } from '../sync/sync-request.js';
import { wireProgressOf, wireReportOf } from './sync-report.js';

const counts: Counts = {
  queried: 100,
  unchanged: 90,
  added: 6,
  changed: 3,
  removed: 5,
  invalid: 1,
  sent: 10,
  skipped: 1,
  rejected: 1,
  withheld: 1,
  pending: 1,
  uncertain: 0,
};
const phasesMs = { query: 1, snapshot: 2.4, diff: 3, plan: 4, deliver: 5, record: 6 };

const tally = (n: number, vendorCode = '23505'): ErrorTally => ({
  failure: { kind: 'REJECTED', code: `destination.rejected_${n}`, vendorCode },
  errorId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  count: n,
});

const report = (change: Partial<SyncReport> = {}): SyncReport => ({
  outcome: 'completed_with_errors',
  counts,
  phasesMs,
  errors: [tally(1)],
  baseline: { generation: 7n, key: 'v1/a.json', sha256: 'a'.repeat(64), rows: 93, bytes: 12 },
  failure: tally(2),
  resumed: 3,
  resentForMapping: 4,
  peakBytes: 1.5,
  bucketBytes: 0,
  ...change,
});

/** What the codec lets out. */
function isSayable(value: SyncReport): boolean {
  const lease = { jobId: '11111111-0000-4000-8000-000000000000', epoch: 1n };
  const result = { case: 'syncReport' as const, value: wireReportOf(value) };
  return (
    encodeAgentFrame({ seq: 1n, body: { case: 'finished', value: { lease, result } } }).kind ===
    'bytes'
  );
}

it('says how long the far side wants to be left alone', () => {
  const failure = tally(3);
  expect(wireReportOf(report({ failure })).failure).toMatchObject({ retryAfterMs: 0 });
  const told = report({ failure, retryAfterMs: 2 ** 40 });
  expect(wireReportOf(told).failure).toMatchObject({ retryAfterMs: 0xffff_ffff });
  expect(isSayable(told)).toBe(true);
});

it('says every count, time and code', () => {
  expect(wireReportOf(report())).toMatchObject({
    outcome: SyncOutcome.COMPLETED_WITH_ERRORS,
    counts: Object.fromEntries(Object.entries(counts).map(([name, n]) => [name, BigInt(n)])),
    phases: { queryMs: 1n, snapshotMs: 2n, diffMs: 3n, planMs: 4n, deliverMs: 5n, recordMs: 6n },
    errors: [{ failure: { kind: FailureKind.REJECTED, vendorCode: '23505' }, count: 1n }],
    baseline: { generation: 7n, rows: 93n, bytes: 12n },
    failure: { code: 'destination.rejected_2' },
    planDigest: '',
    resumed: 3n,
    resentForMapping: 4n,
  });
});

it('names the plan that waits for a person', () => {
  const waiting = report({ outcome: 'waiting_approval', planDigest: 'ab'.repeat(32) });
  expect(wireReportOf(waiting)).toMatchObject({
    outcome: SyncOutcome.WAITING_APPROVAL,
    planDigest: 'ab'.repeat(32),
  });
  expect(isSayable(waiting)).toBe(true);
  expect(isSayable(report({ planDigest: 'canary@example.com' }))).toBe(false);
});

it.each(['succeeded', 'completed_with_errors', 'failed', 'cancelled', 'waiting_approval'] as const)(
  'may leave when it %s',
  (outcome) => {
    const { baseline: _none, failure: _neither, ...bare } = report({ outcome });
    expect(isSayable(report({ outcome }))).toBe(true);
    expect(isSayable(bare)).toBe(true);
  },
);

it.each([49, 50, 51, 80])('loses no row of %i kinds of errors, and says 50 of them', (kinds) => {
  const errors = Array.from({ length: kinds }, (_, n) => tally(n + 1));
  const said = wireReportOf(report({ errors })).errors ?? [];
  expect(said).toHaveLength(Math.min(kinds, 50));
  const total = said.reduce((sum, { count = 0n }) => sum + count, 0n);
  expect(total).toBe(BigInt((kinds * (kinds + 1)) / 2));
  expect(isSayable(report({ errors }))).toBe(true);
});

it('keeps a vendor’s text here, where only a code may leave', () => {
  const text = 'Key (email)=(canary@example.com) already exists.';
  const leaky = report({ errors: [tally(1, text)], failure: tally(2, text) });
  const said = JSON.stringify(wireReportOf(leaky), (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(said).not.toContain('canary');
  expect(isSayable(leaky)).toBe(true);
});

const progressOf = (phase: Progress['phase']): Progress => ({
  phase,
  counts,
  phasesMs,
  planned: 14,
  rowsPerSecond: 5,
});

it('says where a run is', () => {
  const progress = wireProgressOf(progressOf('deliver'));
  expect(progress).toMatchObject({
    phase: Phase.DELIVER,
    planned: 14n,
    counts: { sent: 10n },
    rowsPerSecond: 5n,
    remainingMs: 0n,
  });
  const sending: Progress = { ...progressOf('deliver'), rowsPerSecond: 1.6, remainingMs: 0.2 };
  expect(wireProgressOf(sending)).toMatchObject({ rowsPerSecond: 2n, remainingMs: 1n });
});
