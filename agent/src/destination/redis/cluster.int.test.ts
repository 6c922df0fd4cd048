import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../../connector/destination.js';
import { openRedisCluster } from '../../testing/redis/redis-cluster.js';
import type { RedisCluster } from '../../testing/redis/redis-cluster.js';
import { hasRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import { octetsOf } from './octets.js';
import { slotOf } from './slot.js';
import { leastRights } from './testing/least-rights.js';
import { connectRedis, kindsOf, never, openWriting } from './testing/writing.js';

describe.skipIf(!hasRedis)(`a cluster of Redis${whyNoRedis}`, () => {
  let cluster: RedisCluster;
  let connection: DestinationConnection;
  const rows = Array.from({ length: 300 }, (_, n) => [String(n), n % 3 === 0 ? null : `name ${n}`]);

  beforeAll(async () => {
    cluster = await openRedisCluster();
    for (const { admin } of cluster.nodes)
      await admin.call('ACL', 'SETUSER', ...leastRights('drawbridge', 'right', '*'));
    connection = connect(1);
  });
  afterAll(async () => {
    await connection.close();
    await cluster.close();
  });

  const connect = (of: number): DestinationConnection =>
    connectRedis(
      { topology: 'cluster', port: cluster.nodes[of]?.port, user: 'drawbridge' },
      { password: 'right' },
    );
  const admin = (n: number): RedisCluster['nodes'][number]['admin'] => cluster.nodes[n]!.admin;
  const counts = (): Promise<number[]> =>
    Promise.all(cluster.nodes.map(({ admin: each }) => each.dbsize()));
  const nodeOf = (key: string): number => {
    const slot = slotOf(key);
    return slot < 5_461 ? 0 : slot < 10_923 ? 1 : 2;
  };

  it('knows the slot of a key as the cluster does', async () => {
    for (const key of ['row:1', '{user}:1', 'a{}b', '{', 'x{y}z{w}', '', 'żółć{é}'])
      expect(slotOf(octetsOf(key))).toBe(await admin(0).call('CLUSTER', 'KEYSLOT', key));
  });

  it('writes each row to the node that has its slot', async () => {
    await connection.check(never);
    const { target, send } = await openWriting(connection);
    expect(new Set(kindsOf(await send(rows)))).toEqual(new Set(['accepted']));
    const held = await counts();
    expect(held.reduce((sum, count) => sum + count)).toBe(300);
    expect(Math.min(...held)).toBeGreaterThan(50);
    expect(await admin(nodeOf('row:1')).hgetall('row:1')).toEqual({ id: '1', name: 'name 1' });
    expect(new Set(kindsOf(await send(rows, { kind: 'delete', change: 'removed' })))).toEqual(
      new Set(['accepted']),
    );
    expect(await counts()).toEqual([0, 0, 0]);
    await target.close();
  });

  it('follows a slot that moves, while it is on its way and when it has arrived', async () => {
    const { target, send } = await openWriting(connection, { object: 'json' });
    const slot = String(slotOf('row:1'));
    const from = nodeOf('row:1');
    const to = (from + 1) % 3;
    const [fromId, toId] = await Promise.all(
      [from, to].map(async (n) => String(await admin(n).call('CLUSTER', 'MYID'))),
    );
    await send([['1', 'before']]);
    await admin(to).call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId!);
    await admin(from).call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId!);
    await admin(from).call('MIGRATE', '127.0.0.1', String(cluster.nodes[to]!.port), 'row:1', '0', '1000');
    const batch = [['1', 'on its way'], ['2', 'elsewhere']];
    expect(kindsOf(await send(batch))).toEqual(['accepted', 'accepted']);
    await admin(to).call('CLUSTER', 'SETSLOT', slot, 'NODE', toId!);
    await admin(from).call('CLUSTER', 'SETSLOT', slot, 'NODE', toId!);
    expect(JSON.parse((await admin(to).get('row:1')) ?? '')).toMatchObject({ name: 'on its way' });
    expect(kindsOf(await send([['1', 'arrived']]))).toEqual(['accepted']);
    expect(kindsOf(await send([['1', 'known by now']]))).toEqual(['accepted']);
    expect(JSON.parse((await admin(to).get('row:1')) ?? '')).toMatchObject({ name: 'known by now' });
    await target.close();
  }); // prettier-ignore

  it('puts off the rows of a node that is gone, and writes the others', async () => {
    const { target, send } = await openWriting(connection);
    await send(rows);
    await cluster.nodes[2]?.kill();
    const outcomes = kindsOf(await send(rows));
    const lost = rows.filter(([id]) => nodeOf(`row:${id}`) === 2).length;
    expect(outcomes.filter((each) => each === 'accepted').length).toBeGreaterThan(100);
    expect(
      outcomes.filter((each) => /^TRANSIENT destination\.(no_answer|unreachable)$/.test(each))
        .length,
    ).toBeGreaterThanOrEqual(lost - 1);
    // The cluster can be read through any node that is left.
    const other = connect(2);
    await expect(other.check(never)).rejects.toMatchObject({ code: 'destination.unreachable' });
    await other.close();
    await target.close();
  });
});
