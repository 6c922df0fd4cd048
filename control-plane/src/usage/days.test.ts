import { expect, it } from 'vitest';
import { daysOf, eachDay } from './days.js';

const now = new Date('2028-03-01T23:59:59Z');

it('fills in the last thirty days', () => {
  expect(daysOf({}, now)).toEqual({ from: '2028-02-01', to: '2028-03-01' });
  expect(daysOf({ to: '2026-01-05' }, now)).toEqual({ from: '2025-12-07', to: '2026-01-05' });
});

it('names each day once, also where a year has one more', () => {
  const days = eachDay(daysOf({ from: '2028-02-28' }, now));
  expect(days).toEqual(['2028-02-28', '2028-02-29', '2028-03-01']);
});

it.each([
  { from: '2028-02-30' },
  { from: '2028-3-1' },
  { from: 'yesterday' },
  { from: '2028-03-02' },
  { from: '2025-01-01' },
  { to: '0000-01-01' },
])('refuses %o', (filter) => {
  expect(() => daysOf(filter, now)).toThrow(expect.objectContaining({ code: 'usage.bad_days' }));
});
