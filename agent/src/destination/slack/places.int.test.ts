import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SlackServer } from '../../testing/slack/server.js';
import { batchOf, failed, never, openSlackStage, row, textsIn } from '../../testing/slack/stage.js';
import type { SlackStage } from '../../testing/slack/stage.js';
import type { Channel } from '../../testing/slack/workspace.js';

describe('where Slack’s messages go', () => {
  let stage: SlackStage;
  let server: SlackServer;
  let general: Channel;

  beforeEach(async () => {
    stage = await openSlackStage();
    ({ server, general } = stage);
  });
  afterEach(() => stage.close());

  it('posts each row where it says, and refuses only those that say nothing or nowhere', async () => {
    const other = server.workspace.makeChannel('other');
    const closed = server.workspace.makeChannel('closed', { isArchived: true });
    const target = await stage.open(
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
    expect(textsIn(general)).toEqual(['*1 row was added*\n0']);
    expect(textsIn(other)).toEqual(['*2 rows were added*\n1\n3']);
    expect(other.messages[0]?.metadata?.event_payload).toMatchObject({ rows: '1,3' });
    await expect(
      stage.open({ field: 'nothing' }, { object: 'channel-of-row' }),
    ).rejects.toMatchObject({
      code: 'destination.field_missing',
    });
  });

  it('sends direct messages by e-mail, asking for each person once', async () => {
    const ada = server.workspace.makeUser('ada@example.com');
    server.workspace.makeUser('gone@example.com', { isDeleted: true });
    const target = await stage.open({ field: 'name' }, { object: 'direct-message' });
    await target.deliver(batchOf([row(1, 'Ada@example.com')]), never);
    await target.deliver(batchOf([row(2, 'Ada@example.com')]), never);
    for (const email of ['gone@example.com', 'gone@example.com'])
      expect(await target.deliver(batchOf([row(3, email)]), never)).toMatchObject([
        { kind: 'rejected', failure: { kind: 'REJECTED', vendorCode: 'USERS_NOT_FOUND' } },
      ]);
    expect(textsIn(server.workspace.imOf(ada))).toEqual([
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
      await expect(stage.open({}, { object })).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'destination.object_missing',
      });
    const target = await stage.open();
    general.isMember = false;
    expect(await failed(target.deliver(batchOf([row(1, 'Ada')]), never))).toMatchObject({
      kind: 'CONFIG',
      code: 'destination.object_missing',
      vendorCode: 'NOT_IN_CHANNEL',
    });
    await expect(stage.open({}, { given: ['chat:write'] })).rejects.toMatchObject({
      code: 'destination.channels_unseen',
    });
    await stage.open({}, { given: ['chat:write'], object: general.id });
  });
});
