import { expect, it } from 'vitest';
import { noCounts } from '../sync/meter.js';
import { HandClock } from '../testing/hand-clock.js';
import type { Phase, Progress } from '../sync/sync-request.js';
import { ProgressPace } from './progress.js';

const phasesMs = { query: 0, snapshot: 0, diff: 0, plan: 0, deliver: 0, record: 0 };
const at = (phase: Phase): Progress => ({
  phase,
  counts: noCounts,
  phasesMs,
  planned: 0,
  rowsPerSecond: 0,
});

function makePace(signal: AbortSignal) {
  const told: Phase[] = [];
  const clock = new HandClock();
  const pace = new ProgressPace(({ phase }) => told.push(phase), clock, signal);
  return { pace, told, clock };
}

it('tells the newest at its pace, and forgets what it replaces', async () => {
  const { pace, told, clock } = makePace(new AbortController().signal);
  for (const phase of ['query', 'snapshot', 'diff'] as const) pace.note(at(phase));
  expect(told).toEqual(['query']);
  await clock.pass(500);
  expect(told).toEqual(['query', 'diff']);
});

it('tells the last one before the report, and only once', async () => {
  const { pace, told, clock } = makePace(new AbortController().signal);
  pace.note(at('query'));
  pace.note(at('deliver'));
  pace.end();
  await clock.pass(500);
  expect(told).toEqual(['query', 'deliver']);
});

it('tells nothing more once the lease is lost', () => {
  const lost = new AbortController();
  const { pace, told } = makePace(lost.signal);
  pace.note(at('query'));
  pace.note(at('deliver'));
  lost.abort();
  pace.end();
  expect(told).toEqual(['query']);
});
