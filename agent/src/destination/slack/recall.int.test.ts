import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../../failure.js';
import type { SlackServer } from '../../testing/slack/server.js';
import {
  batchOf,
  failed,
  never,
  openSlackStage,
  row,
  scopes,
  since,
} from '../../testing/slack/stage.js';
import type { SlackStage } from '../../testing/slack/stage.js';
import type { Channel } from '../../testing/slack/workspace.js';

describe('a message to Slack whose answer was lost', () => {
  let stage: SlackStage;
  let server: SlackServer;
  let general: Channel;

  beforeEach(async () => {
    stage = await openSlackStage();
    ({ server, general } = stage);
  });
  afterEach(() => stage.close());

  it('takes it for nothing when a file was not shared in the end, and for open when it may be', async () => {
    const target = await stage.open({ shape: 'file' });
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

  it.each([
    [scopes.filter((scope) => scope !== 'channels:history' && scope !== 'groups:history'), false],
    [scopes, true],
  ])(
    'tells what was posted from what was not when a line is cut among several, by %s',
    async (given, recalls) => {
      for (const name of ['other', 'third']) server.workspace.makeChannel(name);
      const target = await stage.open(
        { field: 'name', shape: 'digest' },
        { object: 'channel-of-row', given },
      );
      server.moods.next('chat.postMessage', { kind: 'none' }, { kind: 'cut', when: 'after' });
      const batch = batchOf(['general', 'other', 'third'].map((place, n) => row(n, place)));
      const outcomes = await target.deliver(batch, never).catch(failureOf);
      expect(outcomes).toMatchObject(
        recalls
          ? { code: 'destination.no_answer' }
          : [
              { kind: 'accepted' },
              { kind: 'unknown', failure: { code: 'destination.no_answer' } },
              { kind: 'rejected', failure: { kind: 'TRANSIENT', code: 'destination.unfinished' } },
            ],
      );
      expect(await target.recall?.(batch, never, since)).toEqual(
        recalls ? [{ kind: 'accepted' }, { kind: 'accepted' }, undefined] : undefined,
      );
    },
  );

  it.each([
    [
      { kind: 'status', status: 503 },
      { kind: 'rejected', failure: { code: 'destination.busy' } },
    ],
    [
      { kind: 'error', error: 'token_revoked' },
      { kind: 'rejected', failure: { code: 'destination.unfinished' } },
    ],
    [
      { kind: 'page', taken: true },
      { kind: 'unknown', failure: { code: 'destination.bad_answer' } },
    ],
  ] as const)(
    'goes on after a message that was posted, when it is over with %o',
    async (mood, outcome) => {
      server.workspace.makeChannel('other');
      const given = scopes.filter((scope) => !scope.endsWith(':history'));
      const target = await stage.open(
        { field: 'name', shape: 'digest' },
        { object: 'channel-of-row', given },
      );
      server.moods.next('chat.postMessage', { kind: 'none' }, mood);
      const batch = batchOf(['general', 'other'].map((place, n) => row(n, place)));
      expect(await target.deliver(batch, never)).toMatchObject([{ kind: 'accepted' }, outcome]);
    },
  );

  it('finds what an earlier process posted, with one reading for all rows', async () => {
    const earlier = await stage.open();
    for (let n = 0; n < 5; n += 1) {
      stage.nowMs += 1000;
      await earlier.deliver(batchOf([row(n, 'Ada')], 'added', { from: n }), never);
    }
    const target = await stage.open();
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
    const target = await stage.open();
    for (let n = 0; n < 3; n += 1) {
      stage.nowMs += 600_000;
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
    const target = await stage.open();
    for (let n = 0; n < 9_000; n += 1) server.workspace.post(general, { text: 'of yesterday' });
    stage.nowMs += 86_400_000;
    const late = new Date(stage.nowMs);
    expect(await target.recall!(batchOf([row(1, 'Ada')]), never, late)).toEqual([undefined]);
    for (let n = 0; n < 5_001; n += 1) server.workspace.post(general, { text: `chatter ${n}` });
    const other = await stage.open();
    expect(await other.recall!(batchOf([row(1, 'Ada')]), never, late)).toMatchObject([
      { kind: 'unknown', failure: { code: 'destination.unproven' } },
    ]);
  });

  it('does not know what became of a message where the token may not look', async () => {
    const blind = await stage.open({}, { given: ['chat:write', 'channels:read'] });
    expect(blind.recall).toBeUndefined();
    const board = server.workspace.makeChannel('board', { kind: 'private' });
    const half = await stage.open(
      {},
      { object: board.id, given: ['chat:write', 'channels:history'] },
    );
    expect(await half.recall!(batchOf([row(1, 'Ada')]), never, since)).toMatchObject([
      { kind: 'unknown', failure: { code: 'destination.unproven', vendorCode: 'MISSING_SCOPE' } },
    ]);
  });
});
