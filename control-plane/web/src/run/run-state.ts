/** How a state is shown: `look` picks its colour and its mark, and never speaks alone. */
export type Look = 'waiting' | 'asking' | 'moving' | 'good' | 'partial' | 'bad' | 'still';

const states: Record<string, { label: string; look: Look }> = {
  queued: { label: 'Queued', look: 'waiting' },
  leased: { label: 'Starting', look: 'waiting' },
  running: { label: 'Running', look: 'moving' },
  waiting_approval: { label: 'Waiting for approval', look: 'asking' },
  parked: { label: 'Parked', look: 'asking' },
  succeeded: { label: 'Succeeded', look: 'good' },
  completed_with_errors: { label: 'Completed with errors', look: 'partial' },
  failed: { label: 'Failed', look: 'bad' },
  cancelled: { label: 'Cancelled', look: 'still' },
};

/** All that a run can be in, in the order of its life. */
export const runStates: readonly string[] = Object.keys(states);

/** A state of a newer server is shown by its own name. */
export const stateOf = (state: string): { label: string; look: Look } =>
  states[state] ?? { label: state.replaceAll('_', ' '), look: 'waiting' };

interface Situation {
  state: string;
  dryRun: boolean;
  cancelRequestedAt?: string | null;
  /** pool or destination: what keeps it waiting. */
  pausedBy?: string | null;
}

/** What a state alone does not say about a run. */
export function noteOf({
  state,
  dryRun,
  cancelRequestedAt,
  pausedBy,
}: Situation): string | undefined {
  if (isOver(state)) return dryRun ? 'nothing was sent' : undefined;
  if (cancelRequestedAt) return 'stops after the batch that is being sent';
  if (state === 'queued' && pausedBy) return `waits: its ${pausedBy} is paused`;
  if (state === 'queued') return 'waits for a free agent';
  return dryRun ? 'nothing is sent' : undefined;
}

const over = new Set(['succeeded', 'completed_with_errors', 'failed', 'cancelled']);

export const isOver = (state: string): boolean => over.has(state);

export const isLive = (state: string): boolean => !over.has(state);

const triggerTexts: Record<string, string> = {
  schedule: 'Schedule',
  api: 'API',
  ui: 'Browser',
};

export const triggers: readonly string[] = Object.keys(triggerTexts);

export const triggerText = (trigger: string): string => triggerTexts[trigger] ?? trigger;
