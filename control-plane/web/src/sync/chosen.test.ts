import { describe, expect, it } from 'vitest';
import { chosenOf, inputOf } from './chosen.js';

describe('what is chosen in the dialog', () => {
  it('begins with what the address says', () => {
    expect(inputOf(chosenOf('options'))).toEqual({});
    expect(inputOf(chosenOf('rebaseline'))).toEqual({ rebaseline: true });
    expect(inputOf(chosenOf('canary'))).toEqual({ canary: 100 });
  });

  it('asks the server for that alone, and not for what was taken back', () => {
    const wishes = { full: true, verify: false, dryRun: true };
    expect(inputOf({ wishes, canary: 'no number' })).toEqual({ dryRun: true, full: true });
  });

  it('is nothing to ask for while the canary has no number', () => {
    const wishes = { canary: true, verify: true };
    expect(inputOf({ wishes, canary: '0' })).toBeUndefined();
    expect(inputOf({ wishes, canary: '7' })).toEqual({ canary: 7, verify: true });
  });
});
