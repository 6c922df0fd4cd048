import { makeRun, minutesAgo, noCounts, noPhases, baseline } from './sample.js';
import type { SampleRun } from './sample.js';

const found = {
  ...noCounts,
  queried: 60_000,
  unchanged: 58_790,
  added: 700,
  changed: 500,
  removed: 50,
  invalid: 10,
};
const times = { ...noPhases, queryMs: 62_500, snapshotMs: 1_300, diffMs: 210 };

/** What a run says of itself, one report after the other, from the queue to its end. */
const reports: Partial<SampleRun>[] = [
  { state: 'leased' },
  {
    state: 'running',
    phase: 'query',
    counts: { ...noCounts, queried: 20_000 },
    phases: { ...noPhases, queryMs: 61_000 },
    rowsPerSecond: 22_000,
  },
  {
    phase: 'snapshot',
    counts: { ...noCounts, queried: 60_000 },
    phases: { ...noPhases, queryMs: 62_500 },
  },
  { phase: 'diff', phases: { ...noPhases, queryMs: 62_500, snapshotMs: 1_300 } },
  { phase: 'plan', counts: found, phases: times },
  {
    phase: 'deliver',
    planned: 1_250,
    rowsPerSecond: 571,
    remainingMs: 1_488,
    counts: { ...found, sent: 400 },
    phases: { ...times, planMs: 31, deliverMs: 700 },
  },
  {
    counts: { ...found, sent: 900, rejected: 2 },
    phases: { ...times, planMs: 31, deliverMs: 1_650 },
  },
  {
    phase: 'record',
    counts: { ...found, sent: 1_248, rejected: 2 },
    phases: { ...times, planMs: 31, deliverMs: 2_400 },
  },
  {
    state: 'completed_with_errors',
    rowsPerSecond: null,
    remainingMs: null,
    phases: { ...times, planMs: 31, deliverMs: 2_400, recordMs: 120 },
    baseline,
    errors: [
      {
        code: 'destination.rejected',
        vendorCode: '23505',
        count: 2,
        errorId: 'e-0001',
        title: 'A value that must be unique is taken',
        advice: 'Map the field to the sync’s key, or correct the rows in the warehouse.',
      },
    ],
  },
];

export const reportCount = reports.length;

export const queuedRun = (id: string, sync: string, dryRun: boolean): SampleRun =>
  makeRun({
    id,
    sync,
    dryRun,
    state: 'queued',
    trigger: 'ui',
    agent: null,
    phase: null,
    counts: noCounts,
    phases: noPhases,
    planned: 0,
    baseline: null,
    peakBytes: null,
    bucketBytes: null,
    createdAt: minutesAgo(0),
    startedAt: null,
    finishedAt: null,
  });

/** `run` after its report number `step`, counted from 0. */
export function movedRun(run: SampleRun, step: number): SampleRun {
  const moved = { ...run, ...reports[step] };
  const isOver = step >= reports.length - 1;
  return {
    ...moved,
    startedAt: run.startedAt ?? minutesAgo(0),
    finishedAt: isOver ? minutesAgo(0) : null,
  };
}
