import {
  FailureKind,
  Phase,
  SyncOutcome,
  type Counts,
  type Failure,
  type Finished,
  type PhaseTimes as WirePhaseTimes,
  type Progress,
  type SyncReport,
} from '@drawbridge/proto';
import {
  countNames,
  phaseNames,
  type PhaseName,
  type PhaseTimes,
  type RunCounts,
  type RunEnd,
  type RunProblem,
  type RunProgress,
} from '../run/run-report.js';

/** The wire's words in ours. Counts beyond 2^53 would be rounded; nobody has so many rows. */

export function progressOf(progress: Progress): RunProgress {
  const { phase, counts, phases, planned, rowsPerSecond, remainingMs } = progress;
  return {
    phase: wirePhases[phase],
    counts: countsOf(counts),
    phases: phasesOf(phases),
    planned: Number(planned),
    ...(rowsPerSecond > 0n && { rowsPerSecond: Number(rowsPerSecond) }),
    ...(remainingMs > 0n && { remainingMs: Number(remainingMs) }),
  };
}

/** How a run ended, by what its agent said last. */
export function endOf(result: Finished['result']): RunEnd {
  switch (result.case) {
    case 'syncReport':
      return endOfReport(result.value);
    case 'failure':
      return endOfFailure(result.value);
    case 'connectionReport':
    case 'discovery':
    case undefined:
      return { state: 'failed', failure: ownProblem('job.wrong_report') };
  }
}

/** The agent is being stopped, and that is the only reason why this is not done. */
export function isDrained(result: Finished['result']): boolean {
  const failure = result.case === 'failure' ? result.value : result.value?.failure;
  return failure?.kind === FailureKind.CANCELLED && failure.code === 'job.draining';
}

/** The run goes on when a person says so, with the same job. */
export const isWaiting = (result: Finished['result']): boolean =>
  result.case === 'syncReport' && endOf(result).state === 'waiting_approval';

/** An agent that was told to stop before it began has not failed. */
function endOfFailure(failure: Failure): RunEnd {
  if (failure.kind === FailureKind.CANCELLED) return { state: 'cancelled' };
  return { state: 'failed', failure: problemOf(failure) };
}

/** How asking a connection went; without a failure everything worked. */
export interface CheckResult {
  failure: RunProblem | null;
  durationMs: number;
}

export function checkResultOf(result: Finished['result']): CheckResult {
  switch (result.case) {
    case 'connectionReport':
    case 'discovery': {
      const { failure, durationMs } = result.value;
      return { failure: failure ? problemOf(failure) : null, durationMs };
    }
    case 'failure':
      return { failure: problemOf(result.value), durationMs: 0 };
    case 'syncReport':
    case undefined:
      return { failure: ownProblem('job.wrong_report'), durationMs: 0 };
  }
}

const problemOf = (failure: Failure, count = 1): RunProblem => ({
  code: failure.code,
  vendorCode: failure.vendorCode,
  count,
  errorId: failure.errorId,
});

/** One of the control plane's own codes. */
export const ownProblem = (code: string): RunProblem => ({
  code,
  vendorCode: '',
  count: 1,
  errorId: '',
});

function endOfReport(report: SyncReport): RunEnd {
  const { baseline, failure, planDigest, policyDigest, outcome } = report;
  // Nobody could say which plan they approve.
  if (outcome === SyncOutcome.WAITING_APPROVAL && planDigest === '')
    return { state: 'failed', failure: ownProblem('job.wrong_report') };
  const phases = phasesOf(report.phases);
  // The last progress may have been said some phases ago.
  const phase = phaseNames.findLast((name) => phases[`${name}Ms`] > 0);
  return {
    state: wireOutcomes[outcome],
    ...(phase && { phase }),
    counts: countsOf(report.counts),
    phases,
    errors: report.errors.flatMap((tally) =>
      tally.failure ? [problemOf(tally.failure, Number(tally.count))] : [],
    ),
    ...(failure && { failure: problemOf(failure) }),
    ...(baseline && {
      baseline: {
        generation: Number(baseline.generation),
        key: baseline.key,
        sha256: baseline.sha256,
        rows: Number(baseline.rows),
        bytes: Number(baseline.bytes),
      },
    }),
    peakBytes: Number(report.agentPeakBytes),
    bucketBytes: Number(report.bucketBytes),
    ...(planDigest !== '' && { planDigest }),
    ...(policyDigest !== '' && { policyDigest }),
    resumed: Number(report.resumed),
    resentForMapping: Number(report.resentForMapping),
  };
}

const countsOf = (counts: Counts | undefined): RunCounts =>
  Object.fromEntries(countNames.map((name) => [name, Number(counts?.[name] ?? 0)])) as RunCounts;

const phasesOf = (phases: WirePhaseTimes | undefined): PhaseTimes =>
  Object.fromEntries(
    phaseNames.map((name) => [`${name}Ms`, Number(phases?.[`${name}Ms`] ?? 0)]),
  ) as PhaseTimes;

const wirePhases: Record<Phase, PhaseName | null> = {
  [Phase.UNSPECIFIED]: null,
  [Phase.QUERY]: 'query',
  [Phase.SNAPSHOT]: 'snapshot',
  [Phase.DIFF]: 'diff',
  [Phase.PLAN]: 'plan',
  [Phase.DELIVER]: 'deliver',
  [Phase.RECORD]: 'record',
};

const wireOutcomes: Record<SyncOutcome, RunEnd['state']> = {
  [SyncOutcome.UNSPECIFIED]: 'failed',
  [SyncOutcome.SUCCEEDED]: 'succeeded',
  [SyncOutcome.COMPLETED_WITH_ERRORS]: 'completed_with_errors',
  [SyncOutcome.FAILED]: 'failed',
  [SyncOutcome.CANCELLED]: 'cancelled',
  [SyncOutcome.WAITING_APPROVAL]: 'waiting_approval',
};
