import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DestinationConnection } from '../../connector/destination.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import { openTcpProxy } from '../../testing/tcp-proxy.js';
import type { TcpProxy } from '../../testing/tcp-proxy.js';
import { leastRights } from './testing/least-rights.js';
import { connectRedis, kindsOf, openWriting } from './testing/writing.js';
import type { Writing } from './testing/writing.js';

describe.skipIf(!hasRedis)(`what goes wrong with Redis${whyNoRedis}`, () => {
  let server: RedisProcess;
  let proxy: TcpProxy;
  let connection: DestinationConnection;
  let writing: Writing;
  const rows = [['1', 'a'], ['2', null], ['3', 'c']]; // prettier-ignore

  beforeEach(async () => {
    server = await openRedis({
      config: ['maxmemory-policy noeviction', 'busy-reply-threshold 20'],
    });
    await server.admin.call('ACL', 'SETUSER', ...leastRights('drawbridge', 'right', 'row:*'));
    proxy = await openTcpProxy({ host: '127.0.0.1', port: server.port });
    const settings = { port: proxy.port, user: 'drawbridge', timeout: 1 };
    connection = connectRedis(settings, { password: 'right' });
    writing = await openWriting(connection);
    await writing.send([['0', null]]);
  });
  afterEach(async () => {
    await writing.target.close();
    await connection.close();
    await proxy.close();
    await server.close();
  });

  it('counts what was answered before the line broke, and sends the rest again', async () => {
    // One HSET answers `:2` and a line's end: four bytes.
    proxy.cutAt((answer) => answer.startsWith(':'), 4);
    const all = [['1', 'a'], ['2', 'b'], ['3', 'c']]; // prettier-ignore
    const silent = 'TRANSIENT destination.no_answer';
    expect(kindsOf(await writing.send(all))).toEqual(['accepted', silent, silent]);
    expect(kindsOf(await writing.send(all))).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('waits no longer than it may for an answer', async () => {
    server.signal('SIGSTOP');
    await expect(writing.send(rows)).rejects.toMatchObject({ code: 'destination.no_answer' });
    server.signal('SIGCONT');
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('goes on when a restart has made the server forget its scripts', async () => {
    await server.admin.script('FLUSH', 'SYNC');
    const forgotten = 'TRANSIENT destination.busy NOSCRIPT';
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', forgotten, 'accepted']);
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it.each([
    ['OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['NOREPLICAS', ['CONFIG', 'SET', 'min-replicas-to-write', '1'], ['CONFIG', 'SET', 'min-replicas-to-write', '0']],
    ['READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ])('waits for %s to pass, with nothing written', async (vendorCode, make, mend) => {
    await server.admin.call(...(make as [string, ...string[]]));
    await expect(writing.send(rows)).rejects.toMatchObject({ kind: 'TRANSIENT', code: 'destination.busy', vendorCode });
    expect(await server.admin.dbsize()).toBe(1);
    await server.admin.call(...(mend as [string, ...string[]]));
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', 'accepted', 'accepted']);
  }); // prettier-ignore

  it('waits for a replica that has lost its master', async () => {
    await server.admin.config('SET', 'replica-serve-stale-data', 'no');
    await server.admin.call('REPLICAOF', '127.0.0.1', '1');
    await expect(writing.send(rows)).rejects.toMatchObject({ kind: 'TRANSIENT' });
  });

  it('waits for a script of somebody else', async () => {
    const endless = server.admin
      .eval('while true do end', 0)
      .catch((error: Error) => error.message);
    const other = server.admin.duplicate({ enableReadyCheck: false, disableClientInfo: true });
    other.on('error', () => undefined);
    // The server answers that it is busy once it has run for long enough to say so.
    await expect.poll(() => other.ping().catch((error: Error) => error.message)).toMatch(/^BUSY/);
    await expect(writing.send(rows)).rejects.toMatchObject({ vendorCode: 'BUSY' });
    await other.script('KILL');
    expect(await endless).toContain('killed');
    other.disconnect();
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('stops when the user loses a right, and rejects what it may write of some rows alone', async () => {
    await server.admin.call('ACL', 'SETUSER', 'drawbridge', 'resetkeys', '~row:1');
    const refused = 'REJECTED destination.rejected NOPERM';
    expect(kindsOf(await writing.send(rows))).toEqual(['accepted', refused, refused]);
    await server.admin.call('ACL', 'SETUSER', 'drawbridge', '-hset');
    await expect(writing.send([['1', 'a']])).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'destination.forbidden',
      vendorCode: 'NOPERM',
    });
    expect(await server.admin.hget('row:1', 'name')).toBe('a');
  });

  it.each(['hdel', 'hkeys', 'expire', 'unlink'])(
    'writes no half row without the right to %s',
    async (name) => {
      await server.admin.call('ACL', 'SETUSER', 'drawbridge', `-${name}`);
      const options = { name: 'row:{{ id }}', ttlSeconds: 100 };
      await expect(openWriting(connection, { options })).rejects.toMatchObject({
        kind: 'CONFIG',
        code: 'destination.forbidden',
      });
    },
  );

  it('says which right was taken away while it wrote', async () => {
    await server.admin.call('ACL', 'SETUSER', 'drawbridge', '-hdel');
    const failed = writing.send([['7', null]]);
    await expect(failed).rejects.toMatchObject({ kind: 'CONFIG', code: 'destination.forbidden' });
  });

  it('says that a user is gone', async () => {
    await server.admin.call('ACL', 'DELUSER', 'drawbridge');
    await expect(writing.send(rows)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    await expect(writing.send(rows)).rejects.toMatchObject({ code: 'destination.auth_failed' });
  });
});
