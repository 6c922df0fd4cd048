import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchTarget } from '../../testing/batch-target.js';
import type { SlackServer } from '../../testing/slack/server.js';
import {
  batchOf,
  failed,
  kindsOf,
  never,
  openSlackStage,
  row,
  textsIn,
} from '../../testing/slack/stage.js';
import type { SlackStage } from '../../testing/slack/stage.js';
import type { Channel } from '../../testing/slack/workspace.js';

describe('messages to Slack', () => {
  let stage: SlackStage;
  let server: SlackServer;
  let general: Channel;

  beforeEach(async () => {
    stage = await openSlackStage();
    ({ server, general } = stage);
  });
  afterEach(() => stage.close());

  it('lists fields where no template says otherwise, each change in its own words', async () => {
    const target = await stage.open({ added: {}, changed: {}, removed: {} });
    expect(target.wantsFormer).toBe(true);
    await target.deliver(batchOf([row(7, 'A & <B>', null)]), never);
    const former = [row(7, 'Ada')];
    await target.deliver(batchOf([row(7, 'Grace')], 'changed', { former }), never);
    await target.deliver(batchOf([row(8, 'Ada')], 'removed'), never);
    expect(textsIn(general)).toEqual([
      '*Added* 7\n• name: A &amp; &lt;B&gt;\n• mrr: –',
      '*Changed* 7\n• name: Ada → Grace',
      '*Removed* 8\n• name: Ada\n• mrr: 10.50',
    ]);
  });

  it('says nothing of a row that was sent again and is what it was', async () => {
    const target = await stage.open({ changed: {} });
    const same = batchOf([row(7, 'Ada')], 'changed', { former: [row(7, 'Ada')] });
    expect(await target.deliver(same, never)).toEqual([{ kind: 'accepted' }]);
    expect(textsIn(general)).toEqual([]);
  });

  it('renders templates, and lets no value speak Slack’s markup', async () => {
    const target = await stage.open({
      added: { text: '*{{ name | upcase }}* pays {{ mrr }} <!here>' },
      changed: { text: '{% for c in changes %}{{ c.field }} {{ c.old }}>{{ c.new }}{% endfor %}' },
    });
    await target.deliver(batchOf([row(1, '<!channel> & co', '1.00000000000000000001')]), never);
    const former = [row(1, '<@U1>')];
    await target.deliver(batchOf([row(1, 'b')], 'changed', { former }), never);
    expect(textsIn(general)).toEqual([
      '*&lt;!CHANNEL&gt; &amp; CO* pays 1.00000000000000000001 <!here>',
      'name &lt;@U1&gt;>b',
    ]);
    expect(server.calls.at(-1)?.args).toMatchObject({ parse: 'none', unfurl_links: 'false' });
  });

  it('lets values mention people where it is asked for, and nothing else', async () => {
    const target = await stage.open({ added: { text: '{{ name }}' }, mentions: true });
    await target.deliver(
      batchOf([row(1, '<@U012AB> <https://evil.example|you> <!here> & <b>')]),
      never,
    );
    expect(textsIn(general)).toEqual([
      '<@U012AB> &lt;https://evil.example|you&gt; <!here> &amp; &lt;b&gt;',
    ]);
  });

  it('puts values into blocks as each place needs it', async () => {
    const blocks = JSON.stringify([
      { type: 'header', text: { type: 'plain_text', text: '{{ name }}' } },
      { type: 'section', text: { type: 'mrkdwn', text: '*{{ name }}* {{ id }}' } },
    ]);
    const target = await stage.open({ added: { text: 'New: {{ name }}', blocks } });
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
    const target = await stage.open({ added: { blocks: '[{ "type": {{ name }} }]' } });
    const [unquoted] = await target.deliver(batchOf([row(1, 'secret-4711')]), never);
    expect(unquoted).toMatchObject({
      kind: 'rejected',
      failure: { code: 'destination.bad_blocks' },
    });
    const long = await stage.open({
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
    await expect(stage.open({ added: { text: '{{ name' } })).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'mapping.bad_template',
    });
  });

  it('names the rows of a message in its metadata, and no value of them', async () => {
    const target = await stage.open({ shape: 'digest', digestRows: 3 });
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
    const target = await stage.open({ shape: 'digest', digestRows: 20, changed: {} });
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
    const target = await stage.open({
      shape: 'digest',
      added: { text: '{% if name != "none" %}• {{ name }}{% endif %}' },
      heading: '{{ count }} came ({{ change }})',
    });
    await target.deliver(batchOf([row(1, 'Ada'), row(2, 'Bob')]), never);
    await target.deliver(batchOf([row(3, 'x'.repeat(20_000)), row(4, 'y'.repeat(20_000))]), never);
    expect(textsIn(general).map((text) => text.slice(0, 32))).toEqual([
      '2 came (added)\n• Ada\n• Bob',
      `1 came (added)\n• ${'x'.repeat(15)}`,
      `1 came (added)\n• ${'y'.repeat(15)}`,
    ]);
    const blocks =
      '[{"type":"section","text":{"type":"mrkdwn","text":"{{ name }}"}},{"type":"divider"}]';
    const inBlocks = await stage.open({ shape: 'digest', digestRows: 30, added: { blocks } });
    const many = Array.from({ length: 30 }, (_, n) => row(n, `row ${n}`));
    stage.nowMs += 10_000;
    expect(kindsOf(await inBlocks.deliver(batchOf(many), never))).toEqual(
      many.map(() => 'accepted'),
    );
    expect(general.messages.slice(3).map(({ blocks: made }) => made?.length)).toEqual([49, 13]);
  });

  it('costs a digest nothing but the row that can not be told of', async () => {
    const text = '{% if name == "bad" %}{{ nobody }}{% endif %}{{ name }}';
    const target = await stage.open({ shape: 'digest', added: { text } });
    const rows = ['Ada', 'bad', 'Cy'].map((name, n) => row(n, name));
    expect(await target.deliver(batchOf(rows), never)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', failure: { code: 'record.template_failed' } },
      { kind: 'accepted' },
    ]);
    expect(textsIn(general)).toEqual(['*2 rows were added*\nAda\nCy']);
    expect(general.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '0,2' });
  });

  it('tells of many rows by their count alone', async () => {
    const target = await stage.open({ collapseAbove: 2, added: { text: '{{ name }}' } });
    expect(await target.begin?.({ added: 1, changed: 0, removed: 1 }, never)).toBe(target);
    const many = batchTarget((await target.begin?.({ added: 2, changed: 1, removed: 0 }, never))!);
    expect(many.maxRows).toBeGreaterThan(100_000);
    const rows = Array.from({ length: 1234 }, (_, n) => row(n, `row ${n}`));
    const outcomes = await many.deliver(batchOf(rows, 'added', { from: 5 }), never);
    expect(new Set(kindsOf(outcomes))).toEqual(new Set(['accepted']));
    expect(textsIn(general)).toEqual(['*1,234 rows were added*']);
    expect(general.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '5-1238' });
  });

  it('shares a file with the rows, and what a changed value was', async () => {
    const target = await stage.open({ shape: 'file', changed: {} });
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

  it('never uploads to a host that is not Slack’s', async () => {
    const target = await stage.open({ shape: 'file' });
    server.workspace.uploadUrl = 'https://evil.example/upload/';
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.upload_elsewhere',
    });
  });
});
