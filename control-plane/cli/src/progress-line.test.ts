import { describe, expect, it } from 'vitest';
import { makeLiveLine, progressLine } from './progress-line.js';
import { sampleRun } from './testing/sample-run.js';

const counts = { ...sampleRun.counts, queried: 90_000, sent: 3_990, rejected: 10 };
const running = { ...sampleRun, state: 'running', planned: 12_000, counts };
const { phases } = sampleRun;

describe('the line of a run under way', () => {
  it('says how much of the plan is done, how fast, and how long it will take', () => {
    const told = { ...running, phase: 'deliver', rowsPerSecond: 2_310, remainingMs: 3_200 };
    expect(progressLine(told)).toBe(
      'running  deliver 1 s  4,000 of 12,000 sent  2,310 rows/s  about 4 s left',
    );
  });

  it('says how long the phase has lasted: nothing else may move', () => {
    const lasting = (recordMs: number): string =>
      progressLine({ ...running, phase: 'record', phases: { ...phases, recordMs } });
    expect(lasting(999)).toBe('running  record  90,000 rows');
    expect(lasting(12_900)).toBe('running  record 12 s  90,000 rows');
    expect(lasting(185_000)).toBe('running  record 3 min 05 s  90,000 rows');
    expect(lasting(3_725_000)).toBe('running  record 1 h 02 min  90,000 rows');
  });

  it('counts rows while they are queried, and leaves out what nobody knows', () => {
    expect(progressLine({ ...running, phase: 'snapshot' })).toBe('running  snapshot  90,000 rows');
    expect(progressLine({ ...running, phase: 'query', rowsPerSecond: 0, remainingMs: 0 })).toBe(
      'running  query  90,000 rows',
    );
  });
});

it('is shown once a second, and at once when the run enters another phase', () => {
  const lines: string[] = [];
  let ms = 0;
  const show = makeLiveLine(
    (line) => lines.push(line),
    () => ms,
  );
  const at = (time: number, phase: string, queried: number) => {
    ms = time;
    show({ ...running, phase, counts: { ...counts, queried } });
  };
  at(0, 'query', 10);
  at(250, 'query', 20);
  at(999, 'query', 30);
  at(1_000, 'query', 40);
  at(1_250, 'deliver', 50);
  at(1_500, 'deliver', 60);
  expect(lines).toEqual([
    'running  query  10 rows',
    'running  query  40 rows',
    'running  deliver 1 s  4,000 of 12,000 sent',
  ]);
});
