import { expect, it } from 'vitest';
import { quietText } from './quiet-text.js';

it('names the strongest reason why nobody is told', () => {
  const open = { muted: false, snoozedUntil: null, flapping: false };
  const snoozed = { ...open, flapping: true, snoozedUntil: '2026-11-25T12:00:00Z' };
  expect(quietText(open)).toBe('open');
  expect(quietText({ ...open, flapping: true })).toBe('comes and goes');
  expect(quietText(snoozed)).toBe('snoozed');
  expect(quietText({ ...snoozed, muted: true })).toBe('muted');
});
