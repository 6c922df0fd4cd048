import type { NewEvent } from '../event/event.js';
import type { RunCounts } from './run-report.js';

/** A run that has ended, or that waits for a person's word from now on. */
export interface EndedRun {
  id: string;
  workspaceId: string;
  syncId: string;
  state: string;
  counts: RunCounts | null;
  code: string | null;
  /** Since an agent began it; null when none did. */
  seconds: number | null;
  isDry: boolean;
  /** Written to the bucket. */
  bucketBytes: bigint | null;
}

export function endedEventOf(run: EndedRun): NewEvent {
  const { id: runId, workspaceId, syncId, state, counts, code, seconds } = run;
  const about = { workspaceId, syncId, runId };
  if (state === 'waiting_approval')
    return { ...about, kind: 'run.waiting', detail: { state, code, counts } };
  const durationMs = seconds === null ? null : Math.round(seconds * 1_000);
  return { ...about, kind: 'run.finished', detail: { state, code, counts, durationMs } };
}
