import { afterEach, expect, it, vi } from 'vitest';
import type { Ask } from '../api.js';
import { channels } from './channels.js';

afterEach(() => vi.unstubAllEnvs());

const team = {
  id: 'c1',
  name: 'team',
  kind: 'slack',
  address: 'an incoming webhook',
  kinds: ['alert.raised', 'alert.resolved'],
  createdAt: '2026-11-25T06:00:00.000Z',
  disabledAt: null,
};

function setUp() {
  const asked: unknown[] = [];
  const ask = (async (_operation: unknown, variables: object) => {
    if ('input' in variables) asked.push(variables.input);
    return {
      channels: [team],
      createChannel: { channel: team, secret: null },
      updateChannel: { channel: team },
      enableChannel: { channel: team },
      testChannel: { deliveries: [] },
    };
  }) as unknown as Ask;
  const context = { ask: () => ask, note: () => undefined, live: () => undefined };
  const act = (args: string[], options: Record<string, string> = {}) =>
    channels.act({ args, options }, context);
  return { act, asked };
}

it('makes and changes channels, and takes no secret from the command line itself', async () => {
  vi.stubEnv('SLACK', 'https://hooks.slack.com/services/T/B/x\n');
  const { act, asked } = setUp();
  const { lines } = await act(['create', 'team'], { kind: 'slack', secret: 'env:SLACK' });
  expect(lines).toEqual(['team is told from now on.']);
  await act(['create', 'mail'], { kind: 'email', to: 'a@example.com, b@example.com' });
  await act(['update', 'team'], { secret: 'env:SLACK' });
  await act(['disable', 'team']);
  const slack = { url: 'https://hooks.slack.com/services/T/B/x' };
  expect(asked).toEqual([
    { name: 'team', slack },
    { name: 'mail', email: { to: ['a@example.com', 'b@example.com'] } },
    { id: 'c1', slack },
    { id: 'c1', enabled: false },
  ]);
  for (const secret of ['https://hooks.slack.com/x', 'env:NOT_THERE', 'file:/not/there'])
    await expect(act(['create', 'x'], { kind: 'slack', secret })).rejects.toMatchObject({
      code: 'cli.usage',
    });
});

it('says how it is written, and which channel is not there', async () => {
  const { act } = setUp();
  expect((await act(['list'])).lines[1]).toContain('an incoming webhook');
  await expect(act(['test', 'x'])).rejects.toMatchObject({ code: 'channel.not_found' });
  for (const args of [['test'], ['burn', 'team'], ['constructor', 'team'], []])
    await expect(act(args)).rejects.toMatchObject({ code: 'cli.usage', exitCode: 2 });
  await expect(act(['create', 'x'], { kind: 'fax' })).rejects.toMatchObject({ code: 'cli.usage' });
});
