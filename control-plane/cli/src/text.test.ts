import { expect, it } from 'vitest';
import { remaining } from './text.js';

it.each([
  [1, '1 s'],
  [3_200, '4 s'],
  [99_000, '99 s'],
  [99_001, '2 min'],
  [5_400_000, '90 min'],
  [9_000_000, '2.5 h'],
])('says of %d ms that %s are left', (ms, text) => {
  expect(remaining(ms)).toBe(text);
});
