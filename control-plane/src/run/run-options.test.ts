import { describe, expect, it } from 'vitest';
import { ordinary, runOptionsOf } from './run-options.js';

const undo = '7c9e6679-7425-40de-944b-e07fc1f90ae7';

describe('the options of a run', () => {
  it('are those of an ordinary run when nothing is wanted', () => {
    expect(runOptionsOf({})).toEqual(ordinary);
    expect(runOptionsOf({ full: null, canary: null, undo: null, backfill: false })).toEqual(
      ordinary,
    );
  });

  it('keep what is wanted, and nothing of what is not', () => {
    expect(runOptionsOf({ canary: 10, onlyRejected: true, verify: true })).toEqual({
      ...ordinary,
      verify: true,
      canary: 10,
      onlyRejected: true,
    });
    expect(runOptionsOf({ undo, dryRun: true })).toEqual({ ...ordinary, dryRun: true, undo });
    expect(runOptionsOf({ acceptTypes: true, fromNowOn: true })).toEqual({
      ...ordinary,
      acceptTypes: true,
      mappingChange: 'from-now-on',
    });
    expect(runOptionsOf({ backfill: true })).toMatchObject({ mappingChange: 'backfill' });
  });

  it.each([
    [{ full: true, rebaseline: true }, '"full" and "rebaseline"'],
    [{ undo, full: true }, '"undo" and "full"'],
    [{ canary: 5, rebaseline: true }, '"canary" and "rebaseline"'],
    [{ backfill: true, fromNowOn: true }, '"backfill" and "fromNowOn"'],
  ])('refuse what makes no sense together: %j', (wanted, names) => {
    expect(() => runOptionsOf(wanted)).toThrow(names);
    expect(() => runOptionsOf(wanted)).toThrow(
      expect.objectContaining({ code: 'run.options_conflict' }),
    );
  });

  it.each([0, -1, 1.5])('refuse to send %d operations', (canary) => {
    expect(() => runOptionsOf({ canary })).toThrow(
      expect.objectContaining({ code: 'run.bad_canary' }),
    );
  });

  it('refuse to undo what can not be the id of a run', () => {
    expect(() => runOptionsOf({ undo: 'yesterday' })).toThrow(
      expect.objectContaining({ code: 'run.undo_not_found' }),
    );
  });
});
