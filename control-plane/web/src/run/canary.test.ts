import { expect, it } from 'vitest';
import { canaryOf } from './canary.js';

it.each([
  ['1', 1],
  [' 100 ', 100],
  ['2147483647', 2_147_483_647],
])('reads how many operations a canary may send: %j', (typed, number) => {
  expect(canaryOf(typed)).toBe(number);
});

it.each(['', '0', '-1', '1.5', '1e3', '1,000', '0x10', '2147483648', 'ten'])(
  'takes for no number of operations: %j',
  (typed) => {
    expect(canaryOf(typed)).toBeUndefined();
  },
);
