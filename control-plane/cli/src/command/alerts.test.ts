import { expect, it } from 'vitest';
import type { Alert } from '../alert-operation.js';
import type { Ask } from '../api.js';
import { spanMs } from '../span.js';
import { alerts } from './alerts.js';

const alert: Alert = {
  id: 'a1',
  rule: 'failed',
  kind: 'failed',
  severity: 'error',
  state: 'open',
  title: 'Sync crm failed',
  text: 'Its last run failed.',
  sync: 'crm',
  agent: null,
  run: 'r',
  times: 1,
  flapping: false,
  raisedAt: '2026-11-25T06:00:00.000Z',
  resolvedAt: null,
  resolution: null,
  snoozedUntil: null,
  muted: true,
};

function setUp() {
  const asked: unknown[] = [];
  const notes: string[] = [];
  const ask = (async (_operation: unknown, variables: unknown) => {
    asked.push(variables);
    const edges = JSON.stringify(variables).includes('"nobody"') ? [] : [{ node: alert }];
    return {
      alerts: { edges, pageInfo: { hasNextPage: false } },
      muteAlert: { alert },
      snoozeAlert: { alert },
    };
  }) as unknown as Ask;
  const context = {
    ask: () => ask,
    note: (line: string) => void notes.push(line),
    live: () => undefined,
  };
  const act = (args: string[], options: Record<string, string> = {}) =>
    alerts.act({ args, options: { state: 'open', for: '1h', ...options } }, context);
  return { act, asked, notes };
}

it('lists what is open, or what is asked for', async () => {
  const { act, asked, notes } = setUp();
  const { lines, json } = await act([]);
  expect(lines[1]).toContain('muted');
  expect(lines[1]).toContain('Sync crm failed');
  expect(json).toEqual({ alerts: [alert], hasMore: false });
  expect(await act(['list'], { state: 'all', sync: 'nobody' })).toMatchObject({ lines: [] });
  expect(asked).toMatchObject([{ filter: { state: 'open' } }, { filter: { sync: 'nobody' } }]);
  expect(notes).toEqual(['There are none.']);
});

it('mutes and snoozes, and says how it is written', async () => {
  const { act, asked } = setUp();
  await act(['mute', 'a1']);
  const before = Date.now();
  await act(['snooze', 'a1'], { for: '2h' });
  await act(['snooze', 'a1'], { for: '0' });
  const [muted, snoozed, woken] = asked as { input: { id: string; until: string | null } }[];
  expect(muted).toEqual({ input: { id: 'a1' } });
  expect(Date.parse(snoozed?.input.until ?? '') - before).toBeGreaterThanOrEqual(7_200_000);
  expect(woken?.input.until).toBeNull();
  for (const [args, options] of [
    [['mute'], {}],
    [['list', 'x'], {}],
    [['snooze', 'a1'], { for: 'ever' }],
    [[], { state: 'new' }],
  ] as [string[], Record<string, string>][])
    await expect(act(args, options)).rejects.toMatchObject({ code: 'cli.usage', exitCode: 2 });
});

it.each([
  ['0', 0],
  ['30m', 1_800_000],
  ['3d', 259_200_000],
  ['0m', undefined],
  ['1.5h', undefined],
])('understands how long %s is', (text, ms) => {
  expect(spanMs(text)).toBe(ms);
});
