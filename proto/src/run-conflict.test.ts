import { describe, expect, it } from 'vitest';
import { conflictOf, type RunWishes } from './run-conflict.js';

const names = [
  'dryRun',
  'full',
  'rebaseline',
  'verify',
  'canary',
  'onlyRejected',
  'undo',
  'acceptTypes',
  'backfill',
  'fromNowOn',
] as const satisfies readonly (keyof RunWishes)[];

describe('what a run is asked for', () => {
  it.each(names)('makes sense alone: %s', (name) => {
    expect(conflictOf({ [name]: true })).toBeUndefined();
  });

  it.each([
    ['full', 'verify', 'dryRun', 'canary'],
    ['undo', 'dryRun'],
    ['undo', 'canary'],
    ['canary', 'onlyRejected', 'verify', 'acceptTypes'],
    ['acceptTypes', 'fromNowOn', 'dryRun'],
    ['rebaseline', 'dryRun', 'verify'],
  ] as const)('makes sense together: %s %s', (...wishes) => {
    expect(conflictOf(Object.fromEntries(wishes.map((name) => [name, true])))).toBeUndefined();
  });

  it.each([
    ['full', 'rebaseline'],
    ['backfill', 'fromNowOn'],
    ['canary', 'rebaseline'],
    ['onlyRejected', 'full'],
    ['acceptTypes', 'full'],
    ['undo', 'full'],
    ['undo', 'onlyRejected'],
  ] as const)('makes no sense together: %s and %s, whatever is wanted besides', (one, other) => {
    const conflict = conflictOf({ [one]: true, [other]: true });
    expect(conflict?.wishes.toSorted()).toEqual([one, other].toSorted());
    expect(conflict?.reason).toMatch(/^[a-z]/);
    expect(conflictOf({ [one]: true, [other]: true, verify: true })).toBeDefined();
    expect(conflictOf({ [one]: true, [other]: false })).toBeUndefined();
  });
});
