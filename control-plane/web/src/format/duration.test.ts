import { describe, expect, it } from 'vitest';
import { durationText } from './duration.js';

describe('a duration', () => {
  it.each([
    [-20, '0 ms'],
    [0, '0 ms'],
    [412.4, '412 ms'],
    [1_000, '1.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_700, '1 h 00 min'],
    [3_780_000, '1 h 03 min'],
    [90_000_000, '25 h 00 min'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
