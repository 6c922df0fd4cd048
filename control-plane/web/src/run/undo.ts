import { isOver } from './run-state.js';

export interface Undo {
  /** The run whose effect is taken back. */
  undo: string;
  dryRun: boolean;
  /** The plan that was counted. */
  planDigest?: string;
}

interface Situation {
  id: string;
  state: string;
  dryRun: boolean;
  counts: { sent: number };
  options: { undo?: string | null };
  planDigest?: string | null;
}

/** What is offered on a run's page: to count what would be taken back, or, where that was counted, to do it. */
export function undoOf({
  id,
  state,
  dryRun,
  counts,
  options,
  planDigest,
}: Situation): Undo | undefined {
  if (dryRun)
    return options.undo && planDigest && state === 'succeeded'
      ? { undo: options.undo, dryRun: false, planDigest }
      : undefined;
  return isOver(state) && counts.sent > 0 ? { undo: id, dryRun: true } : undefined;
}
