import { expect, it } from 'vitest';
import { scheduleText } from './schedule-text.js';

it.each([
  [{ manual: true }, 'Only when someone starts it'],
  [{ manual: false, every: '15m' }, 'Every 15 minutes'],
  [{ manual: false, every: '1h' }, 'Every hour'],
  [{ manual: false, every: '1h30m' }, 'Every 1h30m'],
  [
    { manual: false, cron: '*/15 * * * *', timezone: 'Europe/Berlin' },
    '*/15 * * * * · Europe/Berlin',
  ],
  [{ manual: false, cron: '0 6 * * 1', timezone: null }, '0 6 * * 1'],
])('%o is %s', (schedule, text) => {
  expect(scheduleText(schedule)).toBe(text);
});
