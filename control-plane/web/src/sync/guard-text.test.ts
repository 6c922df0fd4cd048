import { expect, it } from 'vitest';
import { actionText, limitText } from './guard-text.js';

const guard = { name: 'removed', rows: 1_000, percent: 2.5, action: 'approve' };

it('says when a guard trips, and what it does then', () => {
  expect(limitText(guard, 'en')).toBe('more than 1,000 rows and more than 2.5 % of the baseline');
  expect(limitText({ ...guard, percent: 0 }, 'en')).toBe('more than 1,000 rows');
  expect(actionText(guard)).toBe('the run waits for approval');
  expect(actionText({ ...guard, action: 'withhold' })).toContain('the rest is sent');
  expect(actionText({ ...guard, action: 'ask_twice' })).toBe('ask_twice');
});
