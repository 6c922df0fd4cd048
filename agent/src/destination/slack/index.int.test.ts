import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBatch } from '../../connector/batch.js';
import type {
  Batch,
  DestinationConnection,
  Outcome,
  Target,
  TargetField,
  TargetRequest,
} from '../../connector/destination.js';
import { linesOf } from '../../connector/lines.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { batchTarget } from '../../testing/batch-target.js';
import { destinationContract } from '../../testing/destination-contract.js';
import type { ContractRecord, DestinationServer } from '../../testing/destination-contract.js';
import { openSlackServer } from '../../testing/slack/server.js';
import type { SlackServer } from '../../testing/slack/server.js';
import type { Channel, Message } from '../../testing/slack/workspace.js';
import { failureOf } from '../../failure.js';
import slack from './index.js';

const never = new AbortController().signal;
const since = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));
const scopes = [
  'chat:write',
  'files:write',
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
  'im:history',
  'im:write',
  'users:read.email',
];

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
  let server: SlackServer;
  let general: Channel;
  let connections: DestinationConnection[];
  let nowMs: number;

  beforeEach(async () => {
    nowMs = since.getTime();
    server = await openSlackServer({ clock: { now: () => nowMs } });
    general = server.workspace.makeChannel('general');
    connections = [];
  });
  afterEach(async () => {
    for (const connection of connections) await connection.close();
    await server.close();
  });

  const connect = (given: readonly string[] = scopes, settings: RawSettings = {}) => {
    const token = server.workspace.makeToken(given);
    const connection = slack.open({
      settings: readSettings(slack.settings, { apiUrl: server.apiUrl, ...settings }),
      secrets: { token },
    });
    connections.push(connection);
    return connection;
  };
  const field = (name: string, type: TargetField['type'] = 'text'): TargetField => ({
    name,
    type,
    nulls: 'send',
  });
  const key = [field('id', 'integer')];
  const fields = [field('name'), field('mrr', 'decimal')];

  /** A sync's target: rows are id, name, mrr. */
  const open = async (
    options: RawSettings = {},
    { given = scopes, ...change }: Partial<TargetRequest> & { given?: readonly string[] } = {},
  ): Promise<Target> =>
    batchTarget(
      await connect(given).open(
        {
          object: '#general',
          mode: 'append',
          removal: 'nothing',
          key,
          fields,
          set: [],
          options,
          tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
          lastCheck: () => undefined,
          ...change,
        },
        never,
      ),
    );
  const row = (id: number, name: string | null, mrr: string | null = '10.50') => [
    String(id),
    name,
    mrr,
  ];
  const batchOf = (
    rows: readonly (readonly (string | null)[])[],
    change: Batch['change'] = 'added',
    { from = 0, former }: { from?: number; former?: readonly (readonly (string | null)[])[] } = {},
  ): Batch => {
    const place = { attempt: '0b7e.1', from, key, fields };
    const lines = linesOf(rows);
    const batch = makeBatch({ kind: 'append', change, lines, size: rows.length, ...place });
    if (!former) return batch;
    const were = batchOf(former).records();
    const records = batch.records().map((one, n) => ({ ...one, former: were[n]?.fields ?? {} }));
    return { ...batch, records: () => records };
  };
  const texts = ({ messages }: { messages: readonly Message[] } = general): string[] =>
    messages.map(({ text }) => text);
  const kinds = (outcomes: readonly (Outcome | undefined)[]): (string | undefined)[] =>
    outcomes.map((outcome) => outcome?.kind);
  const failed = (work: Promise<unknown>) => work.then(() => undefined, failureOf);

  it('lists fields where no template says otherwise, each change in its own words', async () => {
    const target = await open({ added: {}, changed: {}, removed: {} });
    expect(target.wantsFormer).toBe(true);
    await target.deliver(batchOf([row(7, 'A & <B>', null)]), never);
    const former = [row(7, 'Ada')];
    await target.deliver(batchOf([row(7, 'Grace')], 'changed', { former }), never);
    await target.deliver(batchOf([row(8, 'Ada')], 'removed'), never);
    expect(texts()).toEqual([
      '*Added* 7\n• name: A &amp; &lt;B&gt;\n• mrr: –',
      '*Changed* 7\n• name: Ada → Grace',
      '*Removed* 8\n• name: Ada\n• mrr: 10.50',
    ]);
  });

  it('says nothing of a row that was sent again and is what it was', async () => {
    const target = await open({ changed: {} });
    const same = batchOf([row(7, 'Ada')], 'changed', { former: [row(7, 'Ada')] });
    expect(await target.deliver(same, never)).toEqual([{ kind: 'accepted' }]);
    expect(texts()).toEqual([]);
  });

  it('renders templates, and lets no value speak Slack’s markup', async () => {
    const target = await open({
      added: { text: '*{{ name | upcase }}* pays {{ mrr }} <!here>' },
      changed: { text: '{% for c in changes %}{{ c.field }} {{ c.old }}>{{ c.new }}{% endfor %}' },
    });
    await target.deliver(batchOf([row(1, '<!channel> & co', '1.00000000000000000001')]), never);
    const former = [row(1, '<@U1>')];
    await target.deliver(batchOf([row(1, 'b')], 'changed', { former }), never);
    expect(texts()).toEqual([
      '*&lt;!CHANNEL&gt; &amp; CO* pays 1.00000000000000000001 <!here>',
      'name &lt;@U1&gt;>b',
    ]);
    expect(server.calls.at(-1)?.args).toMatchObject({ parse: 'none', unfurl_links: 'false' });
  });

  it('lets values mention people where it is asked for, and nothing else', async () => {
    const target = await open({ added: { text: '{{ name }}' }, mentions: true });
    await target.deliver(
      batchOf([row(1, '<@U012AB> <https://evil.example|you> <!here> & <b>')]),
      never,
    );
    expect(texts()).toEqual(['<@U012AB> &lt;https://evil.example|you&gt; <!here> &amp; &lt;b&gt;']);
  });

  it('puts values into blocks as each place needs it', async () => {
    const blocks = JSON.stringify([
      { type: 'header', text: { type: 'plain_text', text: '{{ name }}' } },
      { type: 'section', text: { type: 'mrkdwn', text: '*{{ name }}* {{ id }}' } },
    ]);
    const target = await open({ added: { text: 'New: {{ name }}', blocks } });
    const nasty = 'a "quote" \\ <!here>\n"}]';
    await target.deliver(batchOf([row(1, nasty)]), never);
    expect(general.messages).toMatchObject([
      {
        text: 'New: a "quote" \\ &lt;!here&gt;\n"}]',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: nasty } },
          {
            type: 'section',
            text: {
              type: 'mrkdwn',
              verbatim: true,
              text: '*a "quote" \\ &lt;!here&gt;\n"}]* 1',
            },
          },
        ],
      },
    ]);
  });

  it('refuses the row of which a template makes no blocks, with what Slack says of others', async () => {
    const target = await open({ added: { blocks: '[{ "type": {{ name }} }]' } });
    const [unquoted] = await target.deliver(batchOf([row(1, 'secret-4711')]), never);
    expect(unquoted).toMatchObject({
      kind: 'rejected',
      failure: { code: 'destination.bad_blocks' },
    });
    const long = await open({
      added: { blocks: '[{"type":"section","text":{"type":"mrkdwn","text":"{{ name }}"}}]' },
    });
    const [refused] = await long.deliver(batchOf([row(1, 'x'.repeat(3001))]), never);
    expect(refused).toMatchObject({
      kind: 'rejected',
      failure: {
        kind: 'REJECTED',
        code: 'destination.rejected',
        vendorCode: 'INVALID_BLOCKS',
        detail: expect.stringContaining('must be less than 3001 characters'),
      },
    });
    await expect(open({ added: { text: '{{ name' } })).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'mapping.bad_template',
    });
  });

  it('names the rows of a message in its metadata, and no value of them', async () => {
    const target = await open({ shape: 'digest', digestRows: 3 });
    await target.deliver(
      batchOf([row(1, 'Ada'), row(2, 'Bob'), row(3, 'Cy')], 'added', { from: 17 }),
      never,
    );
    expect(general.messages[0]?.metadata).toEqual({
      event_type: 'drawbridge_rows',
      event_payload: { stem: '0b7e.1.added.', rows: '17-19' },
    });
  });

  it('makes a table of a digest, with what a changed value was', async () => {
    const target = await open({ shape: 'digest', digestRows: 20, changed: {} });
    const former = [row(1, 'Ada'), row(2, 'Bob', null)];
    const rows = [row(1, 'Grace'), row(2, 'Bob', null)];
    await target.deliver(batchOf(rows, 'changed', { former }), never);
    const raw = (...cells: string[]) => cells.map((text) => ({ type: 'raw_text', text }));
    expect(general.messages[0]).toMatchObject({
      text: '*1 row was changed*',
      blocks: [
        { text: { text: '*1 row was changed*' } },
        {
          type: 'table',
          rows: [raw('id', 'name', 'mrr'), raw('1', 'Ada → Grace', '10.50')],
        },
      ],
    });
  });

  it('joins what the template makes of each row of a digest, in no more messages than it needs', async () => {
    const target = await open({
      shape: 'digest',
      added: { text: '{% if name != "none" %}• {{ name }}{% endif %}' },
      heading: '{{ count }} came ({{ change }})',
    });
    await target.deliver(batchOf([row(1, 'Ada'), row(2, 'Bob')]), never);
    await target.deliver(batchOf([row(3, 'x'.repeat(20_000)), row(4, 'y'.repeat(20_000))]), never);
    expect(texts().map((text) => text.slice(0, 32))).toEqual([
      '2 came (added)\n• Ada\n• Bob',
      `1 came (added)\n• ${'x'.repeat(15)}`,
      `1 came (added)\n• ${'y'.repeat(15)}`,
    ]);
    const blocks =
      '[{"type":"section","text":{"type":"mrkdwn","text":"{{ name }}"}},{"type":"divider"}]';
    const inBlocks = await open({ shape: 'digest', digestRows: 30, added: { blocks } });
    const many = Array.from({ length: 30 }, (_, n) => row(n, `row ${n}`));
    nowMs += 10_000;
    expect(kinds(await inBlocks.deliver(batchOf(many), never))).toEqual(many.map(() => 'accepted'));
    expect(general.messages.slice(3).map(({ blocks: made }) => made?.length)).toEqual([49, 13]);
  });

  it('costs a digest nothing but the row that can not be told of', async () => {
    const text = '{% if name == "bad" %}{{ nobody }}{% endif %}{{ name }}';
    const target = await open({ shape: 'digest', added: { text } });
    const rows = ['Ada', 'bad', 'Cy'].map((name, n) => row(n, name));
    expect(await target.deliver(batchOf(rows), never)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', failure: { code: 'record.template_failed' } },
      { kind: 'accepted' },
    ]);
    expect(texts()).toEqual(['*2 rows were added*\nAda\nCy']);
    expect(general.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '0,2' });
  });

  it('tells of many rows by their count alone', async () => {
    const target = await open({ collapseAbove: 2, added: { text: '{{ name }}' } });
    expect(await target.begin?.({ added: 1, changed: 0, removed: 1 }, never)).toBe(target);
    const many = batchTarget((await target.begin?.({ added: 2, changed: 1, removed: 0 }, never))!);
    expect(many.maxRows).toBeGreaterThan(100_000);
    const rows = Array.from({ length: 1234 }, (_, n) => row(n, `row ${n}`));
    const outcomes = await many.deliver(batchOf(rows, 'added', { from: 5 }), never);
    expect(new Set(kinds(outcomes))).toEqual(new Set(['accepted']));
    expect(texts()).toEqual(['*1,234 rows were added*']);
    expect(general.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '5-1238' });
  });

  it('shares a file with the rows, and what a changed value was', async () => {
    const target = await open({ shape: 'file', changed: {} });
    const rows = [row(1, 'a,"b"\n'), row(2, null)];
    const former = [row(1, 'a'), row(2, 'Bob')];
    await target.deliver(batchOf(rows, 'changed', { former }), never);
    const [message] = general.messages;
    expect(message?.text).toBe('*2 rows were changed*');
    expect(message?.files?.[0]?.name).toBe('drawbridge.0b7e.1.changed.0-1.csv');
    expect(String(message?.files?.[0]?.content)).toBe(
      'id,name,name (before),mrr,mrr (before)\r\n1,"a,""b""\n",a,10.50,10.50\r\n2,,Bob,10.50,10.50\r\n',
    );
  });

  it('takes it for nothing when a file was not shared in the end, and for open when it may be', async () => {
    const target = await open({ shape: 'file' });
    const batch = batchOf([row(1, 'Ada')]);
    for (const step of ['files.getUploadURLExternal', 'upload'] as const)
      for (const when of ['before', 'after'] as const) {
        server.moods.next(step, { kind: 'cut', when });
        expect(await failed(target.deliver(batch, never))).toMatchObject({
          kind: 'TRANSIENT',
          code: 'destination.unreachable',
        });
      }
    server.moods.next('files.completeUploadExternal', { kind: 'cut', when: 'after' });
    expect(await failed(target.deliver(batch, never))).toMatchObject({
      code: 'destination.no_answer',
    });
    expect(await target.recall?.(batch, never, since)).toEqual([{ kind: 'accepted' }]);
    expect(general.messages).toHaveLength(1);
  });

  it('never uploads to a host that is not Slack’s', async () => {
    const target = await open({ shape: 'file' });
    server.workspace.uploadUrl = 'https://evil.example/upload/';
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.upload_elsewhere',
    });
  });

  it('posts each row where it says, and refuses only those that say nothing or nowhere', async () => {
    const other = server.workspace.makeChannel('other');
    const closed = server.workspace.makeChannel('closed', { isArchived: true });
    const target = await open(
      { field: 'name', shape: 'digest', added: { text: '{{ id }}' } },
      { object: 'channel-of-row' },
    );
    const places = ['#general', other.id, null, 'other', 'nowhere', closed.id];
    const outcomes = await target.deliver(batchOf(places.map((place, n) => row(n, place))), never);
    expect(outcomes.map((one) => (one.kind === 'rejected' ? one.failure : one.kind))).toMatchObject(
      [
        'accepted',
        'accepted',
        { kind: 'REJECTED', code: 'destination.no_address' },
        'accepted',
        { kind: 'REJECTED', vendorCode: 'CHANNEL_NOT_FOUND' },
        { kind: 'REJECTED', vendorCode: 'IS_ARCHIVED' },
      ],
    );
    expect(texts()).toEqual(['*1 row was added*\n0']);
    expect(texts(other)).toEqual(['*2 rows were added*\n1\n3']);
    expect(other.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '1,3' });
    await expect(open({ field: 'nothing' }, { object: 'channel-of-row' })).rejects.toMatchObject({
      code: 'destination.field_missing',
    });
  });

  it('sends direct messages by e-mail, asking for each person once', async () => {
    const ada = server.workspace.makeUser('ada@example.com');
    server.workspace.makeUser('gone@example.com', { isDeleted: true });
    const target = await open({ field: 'name' }, { object: 'direct-message' });
    await target.deliver(batchOf([row(1, 'Ada@example.com')]), never);
    await target.deliver(batchOf([row(2, 'Ada@example.com')]), never);
    for (const email of ['gone@example.com', 'gone@example.com'])
      expect(await target.deliver(batchOf([row(3, email)]), never)).toMatchObject([
        { kind: 'rejected', failure: { kind: 'REJECTED', vendorCode: 'USERS_NOT_FOUND' } },
      ]);
    expect(texts(server.workspace.imOf(ada))).toEqual([
      '*Added* 1\n• mrr: 10.50',
      '*Added* 2\n• mrr: 10.50',
    ]);
    const asked = server.calls.map(({ method }) => method);
    expect(asked.filter((method) => method === 'users.lookupByEmail')).toHaveLength(2);
    // A lookup without an answer has posted nothing.
    server.moods.next('users.lookupByEmail', { kind: 'cut', when: 'after' });
    server.workspace.makeUser('bob@example.com');
    expect(await failed(target.deliver(batchOf([row(4, 'bob@example.com')]), never))).toMatchObject(
      {
        code: 'destination.unreachable',
      },
    );
  });

  it('stops the sync whose channel is closed, missing or not the app’s', async () => {
    const { workspace } = server;
    const closed = workspace.makeChannel('closed', { isArchived: true });
    const board = workspace.makeChannel('board', { kind: 'private', isMember: false });
    for (const object of ['#nowhere', '#closed', closed.id, board.id, 'C0NOBODY99'])
      await expect(open({}, { object })).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'destination.object_missing',
      });
    const target = await open();
    general.isMember = false;
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.object_missing',
      vendorCode: 'NOT_IN_CHANNEL',
    });
    await expect(open({}, { given: ['chat:write'] })).rejects.toMatchObject({
      code: 'destination.channels_unseen',
    });
    await open({}, { given: ['chat:write'], object: general.id });
  });

  it('waits as long as Slack asks', async () => {
    const target = await open();
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
    nowMs += 1000;
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
    const target = await open();
    server.moods.next('chat.postMessage', mood);
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind,
      code,
    });
  });

  it('puts off what comes after a message that was posted, when it can not go on', async () => {
    server.workspace.makeChannel('other');
    server.workspace.makeChannel('third');
    const target = await open({ field: 'name', shape: 'digest' }, { object: 'channel-of-row' });
    server.moods.next('chat.postMessage', { kind: 'none' }, { kind: 'cut', when: 'after' });
    const outcomes = await target.deliver(
      batchOf(['general', 'other', 'third'].map((place, n) => row(n, place))),
      never,
    );
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'unknown', failure: { code: 'destination.no_answer' } },
      { kind: 'rejected', failure: { kind: 'TRANSIENT', code: 'destination.unfinished' } },
    ]);
  });

  it('finds what an earlier process posted, with one reading for all rows', async () => {
    const earlier = await open();
    for (let n = 0; n < 5; n += 1) {
      nowMs += 1000;
      await earlier.deliver(batchOf([row(n, 'Ada')], 'added', { from: n }), never);
    }
    const target = await open();
    const recalled: unknown[] = [];
    for (let n = 0; n < 8; n += 1) {
      const batch = batchOf([row(n, 'Ada')], 'added', { from: n });
      recalled.push(await target.recall!(batch, never, since));
    }
    expect(recalled).toEqual([
      ...Array.from({ length: 5 }, () => [{ kind: 'accepted' }]),
      ...Array.from({ length: 3 }, () => [undefined]),
    ]);
    const reads = server.calls.filter(({ method }) => method === 'conversations.history');
    expect(reads).toHaveLength(1);
  });

  it('reads again for what this run has sent itself, from where it had read to', async () => {
    const target = await open();
    for (let n = 0; n < 3; n += 1) {
      nowMs += 600_000;
      const batch = batchOf([row(n, 'Ada')], 'added', { from: n });
      server.moods.next('chat.postMessage', { kind: 'cut', when: n === 1 ? 'before' : 'after' });
      await failed(target.deliver(batch, never));
      expect(await target.recall!(batch, never, since)).toEqual([
        n === 1 ? undefined : { kind: 'accepted' },
      ]);
    }
    const reads = server.calls.filter(({ method }) => method === 'conversations.history');
    expect(reads.map(({ args }) => args['oldest'] !== undefined)).toEqual([true, true, true]);
  });

  it('proves nothing by a history that it has not seen the end of', async () => {
    const target = await open();
    for (let n = 0; n < 9_000; n += 1) server.workspace.post(general, { text: 'of yesterday' });
    nowMs += 86_400_000;
    const late = new Date(nowMs);
    expect(await target.recall!(batchOf([row(1, 'Ada')]), never, late)).toEqual([undefined]);
    for (let n = 0; n < 5_001; n += 1) server.workspace.post(general, { text: `chatter ${n}` });
    const other = await open();
    expect(await other.recall!(batchOf([row(1, 'Ada')]), never, late)).toMatchObject([
      { kind: 'unknown', failure: { code: 'destination.unproven' } },
    ]);
  });

  it('does not know what became of a message where the token may not look', async () => {
    const blind = await open({}, { given: ['chat:write', 'channels:read'] });
    expect(blind.recall).toBeUndefined();
    const board = server.workspace.makeChannel('board', { kind: 'private' });
    const half = await open({}, { object: board.id, given: ['chat:write', 'channels:history'] });
    expect(await half.recall!(batchOf([row(1, 'Ada')]), never, since)).toMatchObject([
      { kind: 'unknown', failure: { code: 'destination.unproven', vendorCode: 'MISSING_SCOPE' } },
    ]);
  });

  it('names each scope that is missing, and what it is for', async () => {
    await expect(connect().check(never)).resolves.toBeUndefined();
    await expect(connect(['chat:write']).check(never)).resolves.toBeUndefined();
    const refused = (await failed(connect(['channels:read']).check(never)))!;
    expect(refused).toMatchObject({ kind: 'CONFIG', code: 'destination.scope_missing' });
    expect(refused.detail).toContain('chat:write: to post messages at all (needed)\n');
    expect(refused.detail).toContain('files:write: to share CSV files (shape: file)\n');
    expect(refused.detail).not.toContain('channels:read');
    const given = ['chat:write', 'channels:read', 'im:write'];
    for (const [object, options] of [
      ['#general', { shape: 'file' }],
      ['direct-message', { field: 'name' }],
    ] as const)
      await expect(open(options, { object, given })).rejects.toMatchObject({
        code: 'destination.scope_missing',
      });
  });

  it('takes no token of another workspace', async () => {
    await expect(connect(scopes, { team: 'T00000001' }).check(never)).resolves.toBeUndefined();
    await expect(connect(scopes, { team: 'T0OTHER' }).check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.other_team',
    });
  });

  it('lists the open channels that the app can see', async () => {
    const { workspace } = server;
    workspace.makeChannel('attic', { isArchived: true });
    const board = workspace.makeChannel('board', { kind: 'private' });
    workspace.makeChannel('secret', { kind: 'private', isMember: false });
    expect(await connect().list?.([], never)).toEqual([
      { name: 'channel-of-row', label: 'Channel that each row names', kind: 'object' },
      { name: 'direct-message', label: 'Direct message', kind: 'object' },
      { name: board.id, label: '#board', kind: 'channel' },
      { name: general.id, label: '#general', kind: 'channel' },
    ]);
    expect(await connect(['channels:read']).list?.([], never)).toHaveLength(3);
    expect(await connect().list?.([general.id], never)).toEqual([]);
    await expect(connect().list?.(['C0NOBODY99'], never)).rejects.toMatchObject({
      code: 'listing.missing',
    });
    await expect(connect(['chat:write']).list?.([], never)).rejects.toMatchObject({
      code: 'destination.channels_unseen',
    });
  });

  it('shows the secret to nobody but Slack', async () => {
    const target = await open();
    server.moods.next('chat.postMessage', { kind: 'status', status: 500 });
    const failure = (await failed(target.deliver(batchOf([row(1, 'secret-4711')]), never)))!;
    expect(`${failure.message}${failure.vendorCode}`).not.toMatch(/xoxb|4711/);
    expect(server.calls.every(({ args }) => !JSON.stringify(args).includes('xoxb'))).toBe(true);
  });
});
