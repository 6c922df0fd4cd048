import { describe, expect, it } from 'vitest';
import { median, missesOf, rowOf } from './figures.js';
import type { Measured, OurRun } from './figures.js';

const ourRun = (ms: number, more: Partial<OurRun> = {}): OurRun => ({
  ms,
  wallMs: ms + 100,
  peakMiB: 200,
  bucketBytes: 10,
  phases: { queryMs: ms },
  sent: 0,
  isEqual: true,
  ...more,
});

const measured = (more: Partial<Measured> = {}): Measured => ({
  size: 1_000_000,
  scenario: 'first',
  ours: [ourRun(100), ourRun(300), ourRun(200, { phases: { queryMs: 7 } })],
  limitMs: [180, 90, 160],
  naive: [{ ms: 2000, peakMiB: 600 }],
  ...more,
});

describe('the figures of the benchmark', () => {
  it('hold the median of ours against the medians of the same rounds', () => {
    expect(rowOf(measured())).toMatchObject({
      oursMs: 200,
      limitMs: 160,
      naiveMs: 2000,
      ratioToLimit: 1.25,
      ratioToNaive: 0.1,
      targetToLimit: 1.5,
      targetToNaive: 0.143,
    });
  });

  it('show the phases of the median run and the peak of all', () => {
    const ours = [ourRun(100, { peakMiB: 500 }), ourRun(300), ourRun(200, { phases: { x: 1 } })];
    expect(rowOf(measured({ ours }))).toMatchObject({ phases: { x: 1 }, agentPeakMiB: 500 });
  });

  it('take the wider targets of a small size', () => {
    const small = (scenario: Measured['scenario']): number =>
      rowOf(measured({ size: 100_000, scenario })).targetToLimit;
    expect([small('first'), small('unchanged'), small('changed')]).toEqual([2.5, 3, 3]);
  });

  it('name what was missed', () => {
    expect(missesOf(rowOf(measured()))).toEqual([]);
    const slow = rowOf(measured({ ours: [ourRun(400, { peakMiB: 513 })] }));
    expect(missesOf(slow)).toEqual(['limit', 'naive', 'memory']);
  });

  it('say that there is no naive figure where the script did not run', () => {
    expect(rowOf(measured({ naive: [] }))).toMatchObject({ naiveMs: null, ratioToNaive: null });
  });

  it('take the lower of two middles', () => {
    expect(median([4, 1, 3, 2])).toBe(2);
  });
});
