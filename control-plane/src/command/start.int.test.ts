import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import { expect, inject, test, vi } from 'vitest';
import { Config } from '../config.js';
import { Database } from '../database/database.js';
import { prepareDatabase } from '../database/prepare.js';
import { openApp } from '../open-app.js';
import { listen } from './start.js';

test('a port that is taken is told, and leaves nothing running', async () => {
  const database = await makeDatabase(inject('postgresUrl'));

  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const secret = 'a secret that only this test knows, long enough';
  const config = new Config({ databaseUrl: database.url, port, secret });
  await prepareDatabase(config);
  const app = await openApp(config, false);
  const disconnect = vi.spyOn(app.get(Database), 'close');
  await expect(listen(app, config)).rejects.toMatchObject({ code: 'http.port_taken' });
  expect(disconnect).toHaveBeenCalledOnce();
  taken.close();
  await database.close();
});
