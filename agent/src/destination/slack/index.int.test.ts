import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord, DestinationServer } from '../../testing/destination-contract.js';
import { openSlackServer } from '../../testing/slack/server.js';
import type { SlackServer } from '../../testing/slack/server.js';
import { batchOf, failed, never, openSlackStage, row, scopes } from '../../testing/slack/stage.js';
import type { SlackStage } from '../../testing/slack/stage.js';
import type { Channel } from '../../testing/slack/workspace.js';
import slack from './index.js';

destinationContract(slack, contractServer);

/** Messages that hold a record each; of a negative score there is nothing to say, which Slack refuses. */
async function contractServer(): Promise<DestinationServer> {
  const server = await openSlackServer({ rates: false });
  const { workspace } = server;
  const regions = ['eu', 'us', 'nobody'];
  const text =
    '{% if score >= 0 %}{{ region }}¦{{ id }}¦{{ name }}¦{{ score | default: "NULL" }}{% endif %}';
  const recordsIn = ({ messages }: Channel): ContractRecord[] =>
    messages.map((message) => {
      const [region = '', id = '', name = '', score = ''] = message.text.split('¦');
      return { region, id, name, score };
    });
  const channelsOf = (object: string): Channel[] =>
    workspace.channels.filter(({ name, kind }) =>
      object === 'direct-message'
        ? kind === 'im'
        : object === 'channel-of-row'
          ? regions.includes(name)
          : name === object.slice(1),
    );
  for (const region of regions) {
    workspace.makeChannel(region);
    workspace.imOf(workspace.makeUser(region));
  }
  let made = 0;
  return {
    settings: { apiUrl: server.apiUrl },
    secrets: { token: workspace.makeToken(scopes) },
    absent: { apiUrl: 'http://127.0.0.1:1/api/' },
    wrongSecrets: { token: 'xoxb-guessed' },
    makeObject: async ({ name }) => {
      const options = { added: { text }, changed: { text } };
      for (const channel of channelsOf(name)) channel.messages.length = 0;
      if (name !== '*') return { name, options: { ...options, field: 'region' } };
      return { name: `#${workspace.makeChannel(`object-${++made}`).name}`, options };
    },
    seed: async () => undefined,
    records: async (object) =>
      channelsOf(object)
        .flatMap(recordsIn)
        .toSorted((x, y) => (`${x.region} ${x.id}` < `${y.region} ${y.id}` ? -1 : 1)),
    cut: async (_, when) => server.moods.next('chat.postMessage', { kind: 'cut', when }),
    hold: async () => {
      const { held, release } = server.moods.hold('chat.postMessage');
      return { held, release: async () => release() };
    },
    close: () => server.close(),
  };
}

describe('Slack as a destination', () => {
  let stage: SlackStage;
  let server: SlackServer;
  let general: Channel;

  beforeEach(async () => {
    stage = await openSlackStage();
    ({ server, general } = stage);
  });
  afterEach(() => stage.close());

  it('waits as long as Slack asks', async () => {
    const target = await stage.open();
    const sent: unknown[] = [];
    for (let n = 0; n < 6; n += 1)
      sent.push(
        await failed(target.deliver(batchOf([row(n, 'Ada')], 'added', { from: n }), never)),
      );
    expect(sent).toMatchObject([
      ...Array.from({ length: 5 }, () => undefined),
      {
        kind: 'TRANSIENT',
        code: 'destination.rate_limited',
        vendorCode: '429',
        retryAfterMs: 1000,
      },
    ]);
    stage.nowMs += 1000;
    await target.deliver(batchOf([row(5, 'Ada')], 'added', { from: 5 }), never);
    server.moods.next('chat.postMessage', {
      kind: 'error',
      error: 'rate_limited',
      headers: { 'retry-after': '7' },
    });
    expect(await failed(target.deliver(batchOf([row(6, 'Ada')]), never))).toMatchObject({
      retryAfterMs: 7000,
      vendorCode: 'RATE_LIMITED',
    });
  });

  it.each([
    [{ kind: 'error', error: 'fatal_error' }, 'TRANSIENT', 'destination.failed_midway'],
    [{ kind: 'error', error: 'service_unavailable' }, 'TRANSIENT', 'destination.busy'],
    [{ kind: 'status', status: 503 }, 'TRANSIENT', 'destination.busy'],
    [{ kind: 'status', status: 500 }, 'TRANSIENT', 'destination.failed_midway'],
    [{ kind: 'status', status: 302 }, 'CONFIG', 'destination.redirected'],
    [{ kind: 'page' }, 'CONFIG', 'destination.bad_answer'],
    [{ kind: 'error', error: 'token_revoked' }, 'CONFIG', 'destination.auth_failed'],
    [{ kind: 'error', error: 'ekm_access_denied' }, 'CONFIG', 'destination.forbidden'],
  ] as const)('knows what %o means', async (mood, kind, code) => {
    const target = await stage.open();
    server.moods.next('chat.postMessage', mood);
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind,
      code,
    });
  });

  it('names each scope that is missing, and what it is for', async () => {
    await expect(stage.connect().check(never)).resolves.toBeUndefined();
    await expect(stage.connect(['chat:write']).check(never)).resolves.toBeUndefined();
    const refused = (await failed(stage.connect(['channels:read']).check(never)))!;
    expect(refused).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.scope_missing',
      vendorCode: 'CHAT_WRITE',
    });
    expect(refused.detail).toContain('chat:write: to post messages at all (needed)\n');
    expect(refused.detail).toContain('files:write: to share CSV files (shape: file)\n');
    expect(refused.detail).not.toContain('channels:read');
    const given = ['chat:write', 'channels:read', 'im:write'];
    for (const [object, options] of [
      ['#general', { shape: 'file' }],
      ['direct-message', { field: 'name' }],
    ] as const)
      await expect(stage.open(options, { object, given })).rejects.toMatchObject({
        code: 'destination.scope_missing',
      });
  });

  it('takes no token of another workspace', async () => {
    await expect(
      stage.connect(scopes, { team: 'T00000001' }).check(never),
    ).resolves.toBeUndefined();
    await expect(stage.connect(scopes, { team: 'T0OTHER' }).check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.other_team',
    });
  });

  it('lists the open channels that the app can see', async () => {
    const { workspace } = server;
    workspace.makeChannel('attic', { isArchived: true });
    const board = workspace.makeChannel('board', { kind: 'private' });
    workspace.makeChannel('secret', { kind: 'private', isMember: false });
    expect(await stage.connect().list?.([], never)).toEqual([
      { name: 'channel-of-row', label: 'Channel that each row names', kind: 'object' },
      { name: 'direct-message', label: 'Direct message', kind: 'object' },
      { name: board.id, label: '#board', kind: 'channel' },
      { name: general.id, label: '#general', kind: 'channel' },
    ]);
    expect(await stage.connect(['channels:read']).list?.([], never)).toHaveLength(3);
    expect(await stage.connect().list?.([general.id], never)).toEqual([]);
    await expect(stage.connect().list?.(['C0NOBODY99'], never)).rejects.toMatchObject({
      code: 'listing.missing',
    });
    await expect(stage.connect(['chat:write']).list?.([], never)).rejects.toMatchObject({
      code: 'destination.channels_unseen',
    });
  });

  it('shows the secret to nobody but Slack', async () => {
    const target = await stage.open();
    server.moods.next('chat.postMessage', { kind: 'status', status: 500 });
    const failure = (await failed(target.deliver(batchOf([row(1, 'secret-4711')]), never)))!;
    expect(`${failure.message}${failure.vendorCode}`).not.toMatch(/xoxb|4711/);
    expect(server.calls.every(({ args }) => !JSON.stringify(args).includes('xoxb'))).toBe(true);
  });

  it('lets the vendor’s client neither fetch, log nor try again by itself', async () => {
    const fetches = vi.spyOn(globalThis, 'fetch');
    const written = vi.spyOn(process.stdout, 'write');
    const told = vi.spyOn(console, 'warn');
    const target = await stage.open({ added: { blocks: '[{"type":"nothing","x":"{{ name }}"}]' } });
    await target.deliver(batchOf([row(1, 'secret-4711')]), never);
    server.moods.next(
      'chat.postMessage',
      { kind: 'status', status: 429 },
      { kind: 'status', status: 500 },
    );
    for (let n = 0; n < 2; n += 1) await failed(target.deliver(batchOf([row(1, 'Ada')]), never));
    expect(fetches).not.toHaveBeenCalled();
    expect(told).not.toHaveBeenCalled();
    expect(written.mock.calls.join('')).not.toContain('4711');
    vi.restoreAllMocks();
    const posts = server.calls.filter(({ method }) => method === 'chat.postMessage');
    expect(posts).toHaveLength(1);
  });
});
