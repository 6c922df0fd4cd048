import { expect, it } from 'vitest';
import { pauseReasonOf } from './pause-reason.js';

it('is one line of at most 300 characters, of what is paused alone', () => {
  expect(pauseReasonOf({ reason: '  the vendor is\n down ' }, true)).toBe('the vendor is down');
  expect(pauseReasonOf({ reason: ' ' }, true)).toBeNull();
  expect(pauseReasonOf({}, true)).toBeNull();
  expect(pauseReasonOf({ reason: 'late' }, false)).toBeNull();
  expect(pauseReasonOf({ reason: 'x'.repeat(300) }, true)).toHaveLength(300);
  expect(() => pauseReasonOf({ reason: 'x'.repeat(301) }, true)).toThrow('300 characters');
});
