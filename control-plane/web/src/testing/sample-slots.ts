import { minutesAgo } from './sample.js';

const started = {
  slots: 1,
  outcome: 'started',
  reason: null as string | null,
  why: null as string | null,
  isMissed: false,
  runId: 'r1' as string | null,
  runState: 'succeeded' as string | null,
  upstreamRunId: null,
};

/** A morning on which most went well. */
export const sampleSlots = () => {
  const at = (slot: number): string => minutesAgo(slot * 15 + 7);
  return Array.from({ length: 20 }, (_, slot) => ({
    ...started,
    id: `${slot}`,
    at: at(slot),
    ...odd[slot],
  }));
};

const odd: Record<number, Partial<typeof started>> = {
  0: { runState: 'running' },
  3: { runState: 'completed_with_errors' },
  5: {
    runId: null,
    runState: null,
    outcome: 'skipped',
    reason: 'run.already_live',
    why: 'Another run of the sync was live.',
    isMissed: true,
  },
  9: { reason: 'agent.offline', why: 'No agent of the pool was there.', isMissed: true },
  12: { runState: 'failed' },
  15: {
    runId: null,
    runState: null,
    slots: 4,
    outcome: 'passed',
    reason: 'sync.paused',
    why: 'The sync was paused.',
  },
};

/** A quarter of an hour apart, where the sync runs by itself. */
export function nextRunsOf(
  { nextRunAt, pausedAt }: { nextRunAt: string | null; pausedAt: string | null },
  first: number,
): string[] {
  if (nextRunAt === null || pausedAt !== null) return [];
  const from = Date.parse(nextRunAt);
  return Array.from({ length: first }, (_, n) => new Date(from + n * 900_000).toISOString());
}
