import { expect, it } from 'vitest';
import { slotWords, type PastSlot } from './slot-text.js';

const ran: PastSlot = {
  at: '2026-06-01T06:00:00Z',
  slots: 1,
  outcome: 'started',
  why: null,
  isMissed: false,
  runId: 'run',
  runState: 'succeeded',
};
const none = { runId: null, runState: null };
const away = 'No agent was there.';

it.each<[Partial<PastSlot>, string, string]>([
  [{}, 'good', 'Succeeded.'],
  [{ runState: 'failed' }, 'bad', 'Failed.'],
  [{ runState: null }, 'still', 'Ran.'],
  [
    { isMissed: true, why: away, slots: 3 },
    'partial',
    `Succeeded. Late. ${away} It stands for 3 slots.`,
  ],
  [{ ...none, outcome: 'passed', isMissed: true, why: away }, 'bad', `Missed. ${away}`],
  [
    { ...none, outcome: 'passed', why: 'The sync was paused.' },
    'still',
    'Left out. The sync was paused.',
  ],
  [{ ...none, outcome: 'waiting' }, 'waiting', 'Waits.'],
])('a slot with %j looks %s: %s', (more, look, text) => {
  expect(slotWords({ ...ran, ...more })).toEqual({ look, text });
});
