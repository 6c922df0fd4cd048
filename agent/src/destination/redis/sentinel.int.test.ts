import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../../connector/destination.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { hasRedis, openRedis, until, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import { connectRedis, kindsOf, never, openWriting } from './testing/writing.js';

describe.skipIf(!hasRedis)(`Redis behind sentinels${whyNoRedis}`, () => {
  let master: RedisProcess;
  let replica: RedisProcess;
  let sentinel: RedisProcess;
  let connection: DestinationConnection;

  beforeAll(async () => {
    master = await openRedis({ config: ['repl-diskless-sync-delay 0'] });
    replica = await openRedis({ config: [`replicaof 127.0.0.1 ${master.port}`] });
    await until(async () => /master_link_status:up/.test(await replica.admin.info('replication')));
    const port = await freePort();
    sentinel = await openRedis({
      port,
      sentinel: true,
      admin: { password: 'watched' },
      config: [
        `sentinel monitor shop 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds shop 300',
        'sentinel failover-timeout shop 1000',
        'requirepass watched',
      ],
    });
    // It hears of the replica from the master, in a round of its own.
    await until(async () => {
      const known = await sentinel.admin.call('SENTINEL', 'REPLICAS', 'shop');
      return Array.isArray(known) && known.length === 1;
    });
    connection = connectRedis(
      { topology: 'sentinel', port: 1, others: [`127.0.0.1:${port}`], masterName: 'shop' },
      { sentinelPassword: 'watched' },
    );
  });
  afterAll(async () => {
    await connection.close();
    for (const each of [sentinel, replica, master]) await each.close();
  });

  it('asks the next sentinel when the first does not answer', async () => {
    await expect(connection.check(never)).resolves.toBeUndefined();
  });

  it('says that no sentinel knows the master, or lets us in', async () => {
    const settings = { topology: 'sentinel', port: sentinel.port, masterName: 'nobody' };
    const unknown = connectRedis(settings, { sentinelPassword: 'watched' });
    await expect(unknown.check(never)).rejects.toMatchObject({ code: 'destination.unreachable' });
    await unknown.close();
  });

  it('writes to whoever is the master by now', async () => {
    const { target, send } = await openWriting(connection);
    const rows = [['1', 'a'], ['2', 'b']]; // prettier-ignore
    expect(kindsOf(await send(rows))).toEqual(['accepted', 'accepted']);
    expect(await master.admin.dbsize()).toBe(2);
    const news = sentinel.admin.duplicate();
    await news.subscribe('+switch-master');
    const switched = once(news, 'message');
    await master.kill();
    await expect(send(rows)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    await switched;
    news.disconnect();
    await expect
      .poll(() => send([['3', 'c']]).then(kindsOf, () => 'not yet'), { timeout: 10_000 })
      .toEqual(['accepted']);
    expect(await replica.admin.hget('row:3', 'name')).toBe('c');
    await target.close();
  });
});
