import { expect, it } from 'vitest';
import { alertTextOf, spanOf } from './alert-text.js';
import type { AlertWhy } from './alert-why.js';

const since = '2026-11-25T06:05:09.123Z';
const said: readonly (readonly [AlertWhy, string])[] = [
  [
    { kind: 'failed', state: 'failed', code: 'source.unreachable', runs: 1 },
    'Sync crm failed | Its last run failed with source.unreachable. The run says what to do.',
  ],
  [
    { kind: 'failed', state: 'failed', code: null, runs: 22 },
    'Sync crm failed | Its last run failed. It is the 22nd in a row. The run says what to do.',
  ],
  [
    { kind: 'duration', durationMs: 5_400_000, limitMs: 1_800_000, isLive: true },
    'Sync crm takes longer than 30 min | A run has taken 1 h 30 min so far. Its phases say where the time goes.',
  ],
  [
    { kind: 'volume', of: 'removed', count: 1, usual: 1_200.5 },
    "Sync crm: 1 removed row, 1,201 are usual | Usual is the median of the runs before. See whether its model's query and its source are what they were.",
  ],
  [
    { kind: 'no_success', since, withinMs: 90_000_000 },
    'Sync crm had no success for 1 d 1 h | None of its runs has gone through since 2026-11-25 06:05 UTC. See how its last runs ended.',
  ],
];

it.each(said)('says in words what was seen: %o', (why, words) => {
  const { title, text } = alertTextOf(why, { sync: 'crm' });
  expect(`${title} | ${text}`).toBe(words);
});

it('calls an agent by the beginning of its id and its pool', () => {
  const agentId = '0192a4c8-1111-4222-8333-444455556666';
  const { title } = alertTextOf({ kind: 'agent_offline', since }, { agentId, pool: 'eu' });
  expect(title).toBe('Agent 0192a4c8 of pool eu is offline');
});

it.each([
  [0, '0 s'],
  [59_900, '1 min'],
  [3_600_000, '1 h'],
  [3_605_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('says how long %d ms are', (ms, text) => {
  expect(spanOf(ms)).toBe(text);
});
