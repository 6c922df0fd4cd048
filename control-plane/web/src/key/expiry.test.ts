import { expect, it } from 'vitest';
import { expiryOf, hasEnded } from './expiry.js';

const now = new Date('2026-11-25T12:00:00.000Z');

it.each([
  ['7', '2026-12-02T12:00:00.000Z'],
  ['365', '2027-11-25T12:00:00.000Z'],
  ['never', null],
])('lets a key of %s end at %s', (value, end) => {
  expect(expiryOf(value, now)).toBe(end);
});

it('knows a key that has ended', () => {
  expect(hasEnded('2026-11-25T12:00:00.000Z', now)).toBe(true);
  expect(hasEnded('2026-11-25T12:00:00.001Z', now)).toBe(false);
  expect(hasEnded(null, now)).toBe(false);
});
