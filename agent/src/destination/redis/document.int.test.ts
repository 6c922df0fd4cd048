import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../../connector/destination.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import { connectRedis, field, kindsOf, never, openWriting } from './testing/writing.js';

// Debian's Redis has no JSON module. Where one is wanted, two commands of a real server go by its names: what is written
// shows as a hash of paths and texts, so that which paths are written, when, and as one step is seen; not what the
// module makes of them.
const standIn = ['rename-command HSET JSON.SET', 'rename-command UNLINK JSON.DEL'];

describe.skipIf(!hasRedis)(`documents in Redis${whyNoRedis}`, () => {
  let server: RedisProcess;
  let connection: DestinationConnection;
  const wish = {
    object: 'document',
    fields: [field('name'), field('mrr', 'decimal', 'omit')],
  };

  beforeAll(async () => {
    server = await openRedis({ config: standIn });
    connection = connectRedis({ port: server.port });
  });
  beforeEach(() => server.admin.flushall());
  afterAll(async () => {
    await connection.close();
    await server.close();
  });

  it('are refused where the server has none, and not listed', async () => {
    const plain = await openRedis();
    const without = connectRedis({ port: plain.port });
    await expect(openWriting(without, wish)).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.json_missing',
    });
    const names = async (of: DestinationConnection): Promise<unknown> =>
      (await of.list?.([], never))?.map(({ name }) => name);
    expect(await names(without)).toEqual(['hash', 'json', 'set', 'sortedSet']);
    expect(await names(connection)).toEqual(['document', 'hash', 'json', 'set', 'sortedSet']);
    await without.close();
    await plain.close();
  });

  it('are made whole, then changed field by field with every digit', async () => {
    const { target, send } = await openWriting(connection, wish);
    await send([['1', 'a"ż', null]]);
    expect(await server.admin.hgetall('row:1')).toEqual({ $: '{"id":1,"name":"a\\"ż"}' });
    await send([['1', null, '0.1000000000000000000001']], { change: 'changed' });
    expect(await server.admin.hgetall('row:1')).toEqual({
      $: '{"id":1,"name":"a\\"ż"}',
      '$["id"]': '1',
      '$["name"]': 'null',
      '$["mrr"]': '0.1000000000000000000001',
    });
    expect(kindsOf(await send([['1', 'x', null]], { kind: 'create' }))).toEqual(['skipped']);
    expect(kindsOf(await send([['2', 'x', null]], { kind: 'update' }))).toEqual(['skipped']);
    await target.close();
  });

  it('are cleared, set and removed, and never made by that', async () => {
    const set = [{ name: 'name', type: 'boolean' as const, text: 'f' }];
    const removed = (kind: 'clear' | 'set' | 'delete') => ({ kind, change: 'removed' as const });
    const rows = [['1', 'a', null], ['2', 'b', null]]; // prettier-ignore
    const { target, send } = await openWriting(connection, { ...wish, removal: 'set', set });
    await send(rows.slice(0, 1));
    await send(rows, removed('clear'));
    expect(await server.admin.hgetall('row:1')).toMatchObject({ '$["name"]': 'null', '$["mrr"]': 'null' });
    await send(rows, removed('set'));
    expect(await server.admin.hgetall('row:1')).toMatchObject({ '$["name"]': 'false' });
    expect(kindsOf(await send(rows, removed('delete')))).toEqual(['accepted', 'accepted']);
    expect(await server.admin.dbsize()).toBe(0);
    await target.close();
  }); // prettier-ignore

  it('leave a key of another type alone', async () => {
    await server.admin.set('row:1', 'of somebody else');
    const { target, send } = await openWriting(connection, wish);
    expect(kindsOf(await send([['1', 'a', null]]))).toEqual(['REJECTED destination.rejected WRONGTYPE']);
    expect(await server.admin.get('row:1')).toBe('of somebody else');
    await target.close();
  }); // prettier-ignore
});
