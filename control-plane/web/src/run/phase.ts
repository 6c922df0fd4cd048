import { isOver } from './run-state.js';

export const phaseNames = ['query', 'snapshot', 'diff', 'plan', 'deliver', 'record'] as const;
export type PhaseName = (typeof phaseNames)[number];

export type PhaseTimes = Record<`${PhaseName}Ms`, number>;

export interface PhaseStep {
  name: PhaseName;
  label: string;
  standing: 'done' | 'current' | 'held' | 'waiting' | 'stopped' | 'skipped';
  ms: number;
}

interface Standing {
  phase?: string | null | undefined;
  state: string;
  phases: PhaseTimes;
}

const labels: Record<PhaseName, string> = {
  query: 'Query',
  snapshot: 'Snapshot',
  diff: 'Diff',
  plan: 'Plan',
  deliver: 'Deliver',
  record: 'Record',
};

/** Where a run is among its six phases; a run that stopped early shows where. */
export function phaseSteps({ phase, state, phases }: Standing): PhaseStep[] {
  // A run may have ended without a word on its last phase; then it is the last one that took time.
  const known = phaseNames.findIndex((name) => name === phase);
  const timed = phaseNames.findLastIndex((name) => phases[`${name}Ms`] > 0);
  const at = known === -1 && isOver(state) ? timed : known;
  return phaseNames.map((name, index) => {
    const ms = phases[`${name}Ms`];
    return { name, label: labels[name], ms, standing: standingOf({ index, at, ms, state }) };
  });
}

interface Place {
  index: number;
  at: number;
  ms: number;
  state: string;
}

function standingOf({ index, at, ms, state }: Place): PhaseStep['standing'] {
  if (state === 'succeeded' || state === 'completed_with_errors')
    return ms > 0 || index <= at ? 'done' : 'skipped';
  const isStopped = state === 'failed' || state === 'cancelled';
  if (index < at) return 'done';
  if (index === at)
    return isStopped ? 'stopped' : state === 'waiting_approval' ? 'held' : 'current';
  return isStopped ? 'skipped' : 'waiting';
}
