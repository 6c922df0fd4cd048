import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSlackServer } from './server.js';
import type { SlackServer } from './server.js';

let server: SlackServer;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  server = await openSlackServer({ clock: { now: () => nowMs } });
});
afterEach(() => server.close());

const quiet = () => undefined;
const logger = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  setLevel: quiet,
  getLevel: () => 'error' as never,
  setName: quiet,
};

/** The vendor's own client, with nothing but an address and no patience of its own. */
const clientWith = (...scopes: string[]): WebClient => clientOf(server.workspace.makeToken(scopes));
const clientOf = (token: string): WebClient =>
  new WebClient(token, {
    slackApiUrl: server.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger,
  });
/** Not by its alias, which linters take for a window's. */
const postMessage = (client: WebClient, message: Record<string, unknown>) =>
  client.apiCall('chat.postMessage', message);
const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'taken',
    (error: { data?: { error?: string }; code: string }) => error.data?.error ?? error.code,
  );

it('tells tokens and scopes apart', async () => {
  const token = server.workspace.makeToken(['chat:write']);
  const told = await clientOf(token).auth.test();
  expect(told.response_metadata?.scopes).toEqual(['chat:write']);
  expect(await errorOf(clientOf('xoxb-nobody').auth.test())).toBe('invalid_auth');
  const general = server.workspace.makeChannel('general');
  expect(await errorOf(clientOf(token).conversations.history({ channel: general.id }))).toBe(
    'missing_scope',
  );
  server.workspace.tokens.set(token, { scopes: new Set(), state: 'token_revoked' });
  expect(await errorOf(clientOf(token).auth.test())).toBe('token_revoked');
});

it('posts where the app may, and nowhere else', async () => {
  const client = clientWith('chat:write');
  const { workspace } = server;
  const general = workspace.makeChannel('general');
  const posted = await postMessage(client, { channel: '#general', text: 'hello' });
  expect(posted).toMatchObject({ channel: general.id, message: { text: 'hello' } });
  expect(general.messages).toHaveLength(1);
  const elsewhere: [string, string][] = [
    ['C0NOBODY', 'channel_not_found'],
    [workspace.makeChannel('old', { isArchived: true }).id, 'is_archived'],
    [workspace.makeChannel('other', { isMember: false }).id, 'not_in_channel'],
    [workspace.makeChannel('board', { kind: 'private', isMember: false }).id, 'channel_not_found'],
    [workspace.makeChannel('news', { isReadOnly: true }).id, 'restricted_action_read_only_channel'],
  ];
  for (const [channel, error] of elsewhere)
    expect(await errorOf(postMessage(client, { channel, text: 'hello' }))).toBe(error);
  const wide = clientWith('chat:write', 'chat:write.public');
  expect(await errorOf(postMessage(wide, { channel: '#other', text: 'hello' }))).toBe('taken');
});

it('holds messages to their limits', async () => {
  const client = clientWith('chat:write');
  server.workspace.makeChannel('general');
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] };
  const cases: [Record<string, unknown>, string][] = [
    [{ text: '' }, 'no_text'],
    [{ text: 'x'.repeat(40_001) }, 'msg_too_long'],
    [{ blocks: [section('x'.repeat(3000))] }, 'taken'],
    [{ blocks: [section('x'.repeat(3001))] }, 'invalid_blocks'],
    [{ blocks: [section('')] }, 'invalid_blocks'],
    [{ blocks: Array.from({ length: 51 }, () => ({ type: 'divider' })) }, 'invalid_blocks'],
    [{ blocks: [{ type: 'section', txt: 'a' }] }, 'invalid_blocks'],
    [{ blocks: Array.from({ length: 5 }, () => section('x'.repeat(2900))) }, 'msg_blocks_too_long'],
    [{ blocks: [table, table] }, 'invalid_attachments'],
    [{ blocks: '{' }, 'invalid_blocks_format'],
    [{ text: 'a', metadata: { event_type: 'a' } }, 'invalid_metadata_format'],
    [
      { text: 'a', metadata: { event_type: 'a', event_payload: { a: 'x'.repeat(8000) } } },
      'metadata_too_large',
    ],
  ];
  for (const [message, error] of cases) {
    nowMs += 1000;
    const call = client.apiCall('chat.postMessage', { channel: '#general', ...message });
    expect([Object.keys(message), await errorOf(call)]).toEqual([Object.keys(message), error]);
  }
});

it('limits the pace by method and by channel', async () => {
  const client = clientWith('chat:write', 'channels:history');
  const { id } = server.workspace.makeChannel('general');
  const post = (channel: string) => postMessage(client, { channel, text: 'hello' });
  for (let n = 0; n < 5; n += 1) await post(id);
  await expect(post(id)).rejects.toMatchObject({ retryAfter: 1 });
  await post(server.workspace.makeChannel('other').id);
  nowMs += 1000;
  await post(id);
  for (let n = 0; n < 50; n += 1) await client.conversations.history({ channel: id });
  await expect(client.conversations.history({ channel: id })).rejects.toMatchObject({
    retryAfter: 2,
  });
});

it('reads a history page by page, with the metadata that was posted', async () => {
  const client = clientWith('chat:write', 'channels:history');
  const { id, messages } = server.workspace.makeChannel('general');
  for (let n = 0; n < 5; n += 1) {
    nowMs += 1000;
    const metadata = { event_type: 'row', event_payload: { n } };
    await postMessage(client, { channel: id, text: `message ${n}`, metadata });
  }
  const read: unknown[] = [];
  for await (const page of client.paginate('conversations.history', {
    channel: id,
    limit: 2,
    include_all_metadata: true,
    oldest: messages[0]!.ts,
  }))
    read.push(...(page as unknown as { messages: unknown[] }).messages);
  expect(read).toMatchObject(
    [4, 3, 2, 1].map((n) => ({ text: `message ${n}`, metadata: { event_payload: { n } } })),
  );
  const bare = await client.conversations.history({ channel: id, latest: messages[1]!.ts });
  expect(bare.messages).toHaveLength(1);
  expect(bare.messages?.[0]?.metadata).toEqual({ event_type: 'row' });
  const wrong = client.conversations.history({ channel: id, oldest: 'yesterday' });
  expect(await errorOf(wrong)).toBe('invalid_ts_oldest');
});

it('lists channels, finds users and opens direct messages', async () => {
  const client = clientWith('channels:read', 'users:read.email', 'im:write', 'chat:write');
  for (const name of ['a', 'b', 'c']) server.workspace.makeChannel(name);
  const names: unknown[] = [];
  for await (const page of client.paginate('conversations.list', { limit: 2 }))
    names.push(
      ...(page as unknown as { channels: { name: string }[] }).channels.map((c) => c.name),
    );
  expect(names).toEqual(['a', 'b', 'c']);
  expect(await errorOf(client.conversations.list({ types: 'private_channel' }))).toBe(
    'missing_scope',
  );
  const ada = server.workspace.makeUser('ada@example.com');
  const found = await client.users.lookupByEmail({ email: 'Ada@example.com' });
  expect(found.user?.id).toBe(ada.id);
  expect(await errorOf(client.users.lookupByEmail({ email: 'nobody@example.com' }))).toBe(
    'users_not_found',
  );
  const { channel } = await client.conversations.open({ users: ada.id });
  await postMessage(client, { channel: channel!.id!, text: 'hello' });
  expect(server.workspace.imOf(ada).messages).toHaveLength(1);
});

it('takes files by the way that the client uploads them', async () => {
  const client = clientWith('files:write');
  const { id, messages } = server.workspace.makeChannel('general');
  const file = Buffer.from('id,name\n1,Ada\n');
  await client.filesUploadV2({
    channel_id: id,
    file,
    filename: 'people.csv',
    title: 'People',
    initial_comment: 'New people',
  });
  expect(messages).toMatchObject([
    { text: 'New people', files: [{ name: 'people.csv', title: 'People', content: file }] },
  ]);
  const missing = client.files.completeUploadExternal({ files: [{ id: 'F0NOBODY' }] });
  expect(await errorOf(missing)).toBe('file_not_found');
});

it('can be in a mood', async () => {
  const client = clientWith('chat:write', 'channels:history');
  const { id, messages } = server.workspace.makeChannel('general');
  const post = () => postMessage(client, { channel: id, text: 'hello' });
  server.moods.next(
    'chat.postMessage',
    { kind: 'cut', when: 'before' },
    { kind: 'cut', when: 'after' },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 504, taken: true },
    { kind: 'error', error: 'fatal_error' },
  );
  expect(await errorOf(post())).toBe('slack_webapi_request_error');
  expect(messages).toHaveLength(0);
  expect(await errorOf(post())).toBe('slack_webapi_request_error');
  expect(messages).toHaveLength(1);
  expect(await errorOf(post())).toBe('slack_webapi_http_error');
  expect(await errorOf(post())).toBe('slack_webapi_http_error');
  expect(messages).toHaveLength(2);
  expect(await errorOf(post())).toBe('fatal_error');
  server.workspace.showsAfterMs = 1000;
  await post();
  const read = async () => (await client.conversations.history({ channel: id })).messages?.length;
  expect(await read()).toBe(2);
  nowMs += 1000;
  expect(await read()).toBe(3);
});
