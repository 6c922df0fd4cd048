import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import { expect, inject, test, vi } from 'vitest';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Database } from './database.js';
import { grantRoles } from './grant.js';
import { Notices, type Notice } from './notices.js';

/** Waits of many seconds pass in a twentieth of the time. */
class FastClock extends Clock {
  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms < 1_000 ? ms : ms / 20, signal);
  }
}

test('a line for notices that is half open is found out, and a new one hears again', async () => {
  const testDatabase = await makeDatabase(inject('postgresUrl'));
  const { port, hostname } = new URL(testDatabase.url);
  const sockets: Socket[] = [];
  let isMute = false;
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => undefined);
    const index = sockets.length;
    const passes = (): boolean => !(isMute && index === 2);
    near.on('data', (bytes) => passes() && far.write(bytes)).on('close', () => far.destroy());
    far.on('data', (bytes) => passes() && near.write(bytes)).on('close', () => near.destroy());
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const direct = new URL(testDatabase.url);
  direct.port = String((proxy.address() as AddressInfo).port);
  const config = new Config({ databaseUrl: testDatabase.url, directDatabaseUrl: direct.href });
  const database = new Database(config);
  await grantRoles(config);
  const notices = new Notices(database, config, new FastClock());
  const heard: Notice[] = [];
  notices.subscribe((notice) => heard.push(notice));
  const hears = (poolId: string): Promise<void> =>
    vi.waitFor(async () => {
      await notices.publish({ kind: 'job_queued', poolId });
      expect(heard).toContainEqual({ kind: 'job_queued', poolId });
    }, 10_000);
  notices.onApplicationBootstrap();
  await hears('before');
  isMute = true;
  await hears('after');
  expect(sockets.length).toBeGreaterThan(2);
  await notices.onApplicationShutdown();
  await database.close();
  for (const socket of sockets) socket.destroy();
  proxy.close();
  await testDatabase.close();
});
