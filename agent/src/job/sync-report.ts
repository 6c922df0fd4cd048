import { Phase, SyncOutcome } from '@drawbridge/proto';
import type {
  CountsSchema,
  MessageInitShape,
  PhaseTimesSchema,
  ProgressSchema,
  SyncReportSchema,
} from '@drawbridge/proto';
import type {
  Counts,
  ErrorTally,
  Phase as PhaseName,
  Progress,
  SyncReport,
} from '../sync/sync-request.js';
import { wireCodesOf, wireKinds, wireRetryAfterMs } from './wire-failure.js';
import type { WireFailure } from './wire-failure.js';

const outcomes: Record<SyncReport['outcome'], SyncOutcome> = {
  succeeded: SyncOutcome.SUCCEEDED,
  completed_with_errors: SyncOutcome.COMPLETED_WITH_ERRORS,
  failed: SyncOutcome.FAILED,
  cancelled: SyncOutcome.CANCELLED,
  waiting_approval: SyncOutcome.WAITING_APPROVAL,
};

const phases: Record<PhaseName, Phase> = {
  query: Phase.QUERY,
  snapshot: Phase.SNAPSHOT,
  diff: Phase.DIFF,
  plan: Phase.PLAN,
  deliver: Phase.DELIVER,
  record: Phase.RECORD,
};

/** Groups of errors that a report holds. */
const mostErrors = 50;

/** Counts, codes and a pointer, as the wire says them. */
export function wireReportOf(report: SyncReport): MessageInitShape<typeof SyncReportSchema> {
  const { baseline, failure, retryAfterMs = 0 } = report;
  return {
    outcome: outcomes[report.outcome],
    counts: wireCountsOf(report.counts),
    phases: wirePhasesOf(report.phasesMs),
    errors: inFew(report.errors).map((tally) => ({
      failure: tallyFailureOf(tally),
      count: BigInt(tally.count),
    })),
    ...(baseline && {
      baseline: {
        generation: baseline.generation,
        key: baseline.key,
        sha256: baseline.sha256,
        rows: BigInt(baseline.rows),
        bytes: BigInt(baseline.bytes),
      },
    }),
    ...(failure && {
      failure: { ...tallyFailureOf(failure), retryAfterMs: wireRetryAfterMs(retryAfterMs) },
    }),
    agentPeakBytes: BigInt(Math.round(report.peakBytes)),
    bucketBytes: BigInt(Math.round(report.bucketBytes)),
    planDigest: report.planDigest ?? '',
    resumed: BigInt(report.resumed),
    resentForMapping: BigInt(report.resentForMapping),
  };
}

export function wireProgressOf(
  progress: Progress,
): Omit<MessageInitShape<typeof ProgressSchema>, 'lease' | '$typeName'> {
  return {
    phase: phases[progress.phase],
    counts: wireCountsOf(progress.counts),
    phases: wirePhasesOf(progress.phasesMs),
    planned: BigInt(progress.planned),
    rowsPerSecond: BigInt(Math.round(progress.rowsPerSecond)),
    remainingMs: BigInt(Math.ceil(progress.remainingMs ?? 0)),
  };
}

/** The last group stands for all that did not fit. */
function inFew(errors: readonly ErrorTally[]): ErrorTally[] {
  const kept = errors.slice(0, mostErrors);
  const last = kept.at(-1);
  if (!last || errors.length <= mostErrors) return kept;
  const count = errors.slice(mostErrors - 1).reduce((sum, tally) => sum + tally.count, 0);
  return [...kept.slice(0, -1), { ...last, count }];
}

function tallyFailureOf({ failure, errorId }: ErrorTally): WireFailure {
  return { kind: wireKinds[failure.kind], ...wireCodesOf(failure), errorId };
}

function wireCountsOf(counts: Counts): MessageInitShape<typeof CountsSchema> {
  return {
    queried: BigInt(counts.queried),
    unchanged: BigInt(counts.unchanged),
    added: BigInt(counts.added),
    changed: BigInt(counts.changed),
    removed: BigInt(counts.removed),
    invalid: BigInt(counts.invalid),
    sent: BigInt(counts.sent),
    skipped: BigInt(counts.skipped),
    rejected: BigInt(counts.rejected),
    withheld: BigInt(counts.withheld),
    pending: BigInt(counts.pending),
    uncertain: BigInt(counts.uncertain),
  };
}

function wirePhasesOf(
  ms: Readonly<Record<PhaseName, number>>,
): MessageInitShape<typeof PhaseTimesSchema> {
  return {
    queryMs: BigInt(Math.round(ms.query)),
    snapshotMs: BigInt(Math.round(ms.snapshot)),
    diffMs: BigInt(Math.round(ms.diff)),
    planMs: BigInt(Math.round(ms.plan)),
    deliverMs: BigInt(Math.round(ms.deliver)),
    recordMs: BigInt(Math.round(ms.record)),
  };
}
