import type { Run, RunLapse, RunOptions as ShownOptions } from './run.model.js';
import type { PausedBy } from './paused-by.js';
import type { RunOptions } from './run-options.js';
import {
  noCounts,
  noPhases,
  type BaselinePointer,
  type PhaseTimes,
  type RunCounts,
  type RunProblem,
} from './run-report.js';

interface RunRow {
  id: string;
  workspaceId: string;
  sync: { name: string };
  version: number;
  state: string;
  trigger: string;
  options: unknown;
  agentId: string | null;
  phase: string | null;
  counts: unknown;
  phases: unknown;
  planned: bigint;
  errors: unknown;
  failure: unknown;
  baseline: unknown;
  rowsPerSecond: bigint | null;
  remainingMs: bigint | null;
  planDigest: string | null;
  policyDigest: string | null;
  waitingSince: Date | null;
  lapses: unknown;
  heldBy: string[];
  resumed: bigint;
  resentForMapping: bigint;
  peakBytes: bigint | null;
  bucketBytes: bigint | null;
  cancelRequestedAt: Date | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** A run as the API shows it, and what its resolver needs to explain what went wrong. */
export interface ShownRun extends Run {
  workspaceId: string;
  problems: RunProblem[];
  problem: RunProblem | null;
}

export function runOf(row: RunRow, pausedBy: PausedBy | null): ShownRun {
  const options = row.options as RunOptions;
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    sync: row.sync.name,
    version: row.version,
    state: row.state,
    trigger: row.trigger,
    agent: row.agentId,
    phase: row.phase,
    dryRun: options.dryRun,
    options: shownOptions(options),
    counts: { ...noCounts, ...(row.counts as RunCounts | null) },
    phases: { ...noPhases, ...(row.phases as PhaseTimes | null) },
    planned: Number(row.planned),
    problems: (row.errors as RunProblem[] | null) ?? [],
    problem: row.failure as RunProblem | null,
    baseline: row.baseline as BaselinePointer | null,
    rowsPerSecond: numberOf(row.rowsPerSecond),
    remainingMs: numberOf(row.remainingMs),
    planDigest: row.planDigest,
    policyDigest: row.policyDigest,
    pausedBy,
    waitingSince: row.waitingSince,
    lapses: lapsesOf(row.lapses),
    heldBy: row.heldBy,
    resumed: Number(row.resumed),
    resentForMapping: Number(row.resentForMapping),
    peakBytes: numberOf(row.peakBytes),
    bucketBytes: numberOf(row.bucketBytes),
    cancelRequestedAt: row.cancelRequestedAt,
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
  };
}

const numberOf = (count: bigint | null): number | null => (count === null ? null : Number(count));

const lapsesOf = (kept: unknown): RunLapse[] =>
  ((kept as { agentId: string; leasedAt: string; lapsedAt: string }[] | null) ?? []).map(
    ({ agentId, leasedAt, lapsedAt }) => ({
      agent: agentId,
      leasedAt: new Date(leasedAt),
      lapsedAt: new Date(lapsedAt),
    }),
  );

const shownOptions = (options: RunOptions): ShownOptions => ({
  full: options.full,
  rebaseline: options.rebaseline,
  verify: options.verify,
  canary: options.canary ?? null,
  onlyRejected: options.onlyRejected ?? false,
  undo: options.undo ?? null,
  acceptTypes: options.acceptTypes ?? false,
  mappingChange: options.mappingChange ?? null,
});
