import { expect, it } from 'vitest';
import { scheduleText } from './schedule-text.js';

it.each([
  [{ manual: true }, 'Only when someone starts it'],
  [{ manual: false, every: '15m' }, 'Every 15 minutes'],
  [{ manual: false, every: '1h' }, 'Every hour'],
  [{ manual: false, every: '1h30m' }, 'Every 1h30m'],
  [
    { manual: false, crons: ['*/15 * * * *'], timezone: 'Europe/Berlin' },
    '*/15 * * * * · Europe/Berlin',
  ],
  [{ manual: false, crons: ['0 6 * * 1'], timezone: null }, '0 6 * * 1'],
  [
    { manual: false, crons: ['0 6 * * 1', '30 18 * * 5'], timezone: 'UTC', jitter: '10m' },
    '0 6 * * 1, 30 18 * * 5 · UTC · up to 10 minutes later',
  ],
  [{ manual: false, every: '1d', jitter: '1h' }, 'Every day · up to 1 hour later'],
  [
    {
      manual: false,
      every: '15m',
      timezone: 'Europe/Berlin',
      within: ['Mon-Fri 08:00-18:00'],
      except: ['12:00-13:00', '2026-12-24'],
    },
    'Every 15 minutes · within Mon-Fri 08:00-18:00 · except 12:00-13:00, 2026-12-24 · Europe/Berlin',
  ],
  [
    { manual: false, after: 'accounts', when: 'success' },
    'After each run of accounts · that succeeds',
  ],
  [
    { manual: false, after: 'accounts', when: 'always' },
    'After each run of accounts · however it ends',
  ],
  [
    { manual: false, after: 'accounts', when: 'at most 5% rejected' },
    'After each run of accounts · at most 5% rejected',
  ],
])('%o is %s', (schedule, text) => {
  expect(scheduleText(schedule)).toBe(text);
});
