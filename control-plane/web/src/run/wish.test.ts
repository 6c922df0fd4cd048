import { describe, expect, it } from 'vitest';
import { destructiveOf, isWishName, wishes, wishNames } from './wish.js';

describe('what a run can be asked for', () => {
  it('has a label and a flag of its own', () => {
    for (const part of ['label', 'flag'] as const)
      expect(new Set(wishNames.map((name) => wishes[name][part])).size).toBe(wishNames.length);
  });

  it.each(wishNames)('says in one sentence what it does: %s', (name) => {
    expect(wishes[name].does).toMatch(/^[A-Z][^.]+\.$/);
  });

  it('is known by its name, in an address, too', () => {
    expect(wishNames.every(isWishName)).toBe(true);
    expect(['undo', 'toString', '', undefined, 1].some(isWishName)).toBe(false);
  });

  it('is destructive when it starts over, unless it only counts', () => {
    expect(destructiveOf({ full: true, canary: true })).toBe('full');
    expect(destructiveOf({ rebaseline: true })).toBe('rebaseline');
    expect(destructiveOf({ full: true, dryRun: true })).toBeUndefined();
    expect(destructiveOf({ backfill: true, verify: true })).toBeUndefined();
  });
});
