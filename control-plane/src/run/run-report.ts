/** What is known of a run besides its state: counts, times, codes and a pointer. No value of a row has a place here. */

export const countNames = [
  'queried',
  'unchanged',
  'added',
  'changed',
  'removed',
  'invalid',
  'sent',
  'skipped',
  'rejected',
  'withheld',
  'pending',
  'uncertain',
] as const;
export type RunCounts = Record<(typeof countNames)[number], number>;

export const phaseNames = ['query', 'snapshot', 'diff', 'plan', 'deliver', 'record'] as const;
export type PhaseName = (typeof phaseNames)[number];
/** Milliseconds by phase. */
export type PhaseTimes = Record<`${PhaseName}Ms`, number>;

export interface RunProblem {
  code: string;
  /** SQLSTATE, HTTP status and the like; empty when there is none. */
  vendorCode: string;
  /** How many rows it befell. */
  count: number;
  /** Names the text in the customer's bucket; empty when there is none. */
  errorId: string;
}

export interface BaselinePointer {
  generation: number;
  key: string;
  sha256: string;
  rows: number;
  bytes: number;
}

export interface RunProgress {
  phase: PhaseName | null;
  counts: RunCounts;
  phases: PhaseTimes;
  /** Operations that the run will send; 0 until planned. */
  planned: number;
  /** Of the phase that it is in. */
  rowsPerSecond?: number;
  /** Until its end; absent while nobody can tell. */
  remainingMs?: number;
}

export type FinalState = 'succeeded' | 'completed_with_errors' | 'failed' | 'cancelled';

/** How a run ended, or why it waits. What the agent did not say stays as its progress left it. */
export interface RunEnd {
  state: FinalState | 'waiting_approval';
  /** How far it came. */
  phase?: PhaseName;
  counts?: RunCounts;
  phases?: PhaseTimes;
  errors?: RunProblem[];
  failure?: RunProblem;
  baseline?: BaselinePointer;
  peakBytes?: number;
  bucketBytes?: number;
  /** Names the plan that it went by or that waits; never its content. */
  planDigest?: string;
  /** Of the policy file that it was under. Without a report it is what the agent said of itself. */
  policyDigest?: string;
  /** Operations that an earlier attempt of this run had brought to an end. */
  resumed?: number;
  /** Unchanged rows that were sent because the mapping changed. */
  resentForMapping?: number;
}

export const noCounts = Object.fromEntries(countNames.map((name) => [name, 0])) as RunCounts;
export const noPhases = Object.fromEntries(
  phaseNames.map((name) => [`${name}Ms`, 0]),
) as PhaseTimes;
