import { describe, expect, it } from 'vitest';
import { startInput } from './run-options.js';

const plain = { sync: 's', dryRun: false, full: false, rebaseline: false, verify: false };

describe('the options of the run command', () => {
  it('ask for nothing that was not typed', () => {
    expect(startInput('s', {})).toEqual(plain);
  });

  it('are told to the API in its words', () => {
    const typed = { canary: '25', only: 'rejected', acceptTypes: true, verify: true };
    expect(startInput('s', typed)).toEqual({
      ...plain,
      verify: true,
      canary: 25,
      onlyRejected: true,
      acceptTypes: true,
    });
    expect(startInput('s', { undo: 'run-1', dryRun: true })).toEqual({
      ...plain,
      dryRun: true,
      undo: 'run-1',
    });
    expect(startInput('s', { undo: 'run-1', plan: 'ab' })).toEqual({
      ...plain,
      undo: 'run-1',
      planDigest: 'ab',
    });
    expect(startInput('s', { fromNowOn: true })).toMatchObject({ fromNowOn: true });
    expect(startInput('s', { backfill: true })).toMatchObject({ backfill: true });
  });

  it.each([
    [{ full: true, rebaseline: true }, '--full and --rebaseline'],
    [{ undo: 'run-1', only: 'rejected' }, '--undo and --only rejected'],
    [{ undo: 'run-1', full: true }, '--undo and --full'],
    [{ backfill: true, fromNowOn: true }, '--backfill and --from-now-on'],
    [{ plan: 'ab' }, '--plan'],
    [{ plan: 'ab', undo: 'run-1', dryRun: true }, '--plan'],
    [{ canary: '0' }, '--canary'],
    [{ canary: '1.5' }, '--canary'],
    [{ canary: 'ten' }, '--canary'],
    [{ canary: '3000000000' }, '--canary'],
    [{ only: 'changed' }, '--only'],
  ])('are refused as wrong usage: %j', (typed, names) => {
    expect(() => startInput('s', typed)).toThrow(names);
    expect(() => startInput('s', typed)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
