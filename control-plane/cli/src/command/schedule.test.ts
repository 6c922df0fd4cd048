import { expect, it } from 'vitest';
import type { Ask } from '../api.js';
import type { Slot, SyncSchedule } from '../schedule-operation.js';
import { schedule } from './schedule.js';

const slot = (hour: number, more: Partial<Slot> = {}): Slot => ({
  at: `2026-06-01T0${hour}:00:00.000Z`,
  slots: 1,
  outcome: 'started',
  reason: null,
  why: null,
  isMissed: false,
  runId: `run-${hour}`,
  runState: 'succeeded',
  upstreamRunId: null,
  ...more,
});
const missed = slot(6, {
  slots: 3,
  outcome: 'passed',
  reason: 'scheduler.late',
  why: 'The control plane was away.',
  isMissed: true,
  runId: null,
  runState: null,
});

async function show(more: Partial<SyncSchedule>, options: Record<string, string> = {}) {
  const asked: unknown[] = [];
  const pages = [[slot(7)], [missed]];
  const ask: Ask = (_operation, variables) => {
    asked.push(variables);
    const page = pages[asked.length - 1] ?? [];
    const pageInfo = { hasNextPage: asked.length < pages.length, endCursor: 'second' };
    const slots = { edges: page.map((node) => ({ node })), pageInfo };
    const manual = { after: null, when: null, manual: true };
    const sync = { name: 'people', pausedAt: null, nextRuns: [], schedule: manual, slots, ...more };
    return Promise.resolve({ sync } as never);
  };
  const context = { ask: () => ask, note: () => undefined, live: () => undefined };
  const given = { args: ['people'], options: { next: '5', limit: '20', ...options } };
  return { ...(await schedule.act(given, context)), asked };
}

it('shows the next runs, and every slot with its outcome and why', async () => {
  const nextRuns = ['2026-06-01T08:00:00.000Z', '2026-06-01T09:00:00.000Z'];
  const { lines, json, asked } = await show({ nextRuns });
  expect(asked).toMatchObject([{ sync: 'people', next: 5, after: null }, { after: 'second' }]);
  expect(lines).toEqual([
    'NEXT',
    ...nextRuns,
    '',
    'SLOT                                OUTCOME         RUN              WHY',
    '2026-06-01T07:00:00.000Z            started         run-7 succeeded  -',
    '2026-06-01T06:00:00.000Z (3 slots)  passed, missed  -                The control plane was away.',
  ]);
  expect(json).toMatchObject({ sync: 'people', nextRuns, slots: [slot(7), missed] });
});

it.each<[Partial<SyncSchedule>, string]>([
  [{ pausedAt: '2026-06-01' }, 'Paused since 2026-06-01: it starts no run by itself.'],
  [
    { schedule: { after: 'accounts', when: 'always', manual: false } },
    'It runs after accounts (always).',
  ],
  [{}, 'It runs when somebody starts it.'],
])('says of %j: %s', async (more, line) => {
  expect((await show(more)).lines[0]).toBe(line);
});

it('refuses a number that no server would answer', async () => {
  await expect(show({}, { next: '101' })).rejects.toMatchObject({ code: 'cli.usage', exitCode: 2 });
});
