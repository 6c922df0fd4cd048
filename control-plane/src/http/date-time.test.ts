import { expect, it } from 'vitest';
import { timeOf } from './date-time.js';

it.each([
  '',
  'soon',
  '0000-00-00',
  '+275760-09-13T00:00:00.001Z',
  '+010000-01-01T00:00:00Z',
  0,
  null,
])('takes %j for no time', (value) => {
  expect(() => timeOf(value)).toThrow(expect.objectContaining({ code: 'text.bad_time' }));
});

it.each(['2026-11-25T09:00:00Z', '2026-11-25T10:00:00.000+01:00'])('takes %s', (value) => {
  expect(timeOf(value).toISOString()).toBe('2026-11-25T09:00:00.000Z');
});
