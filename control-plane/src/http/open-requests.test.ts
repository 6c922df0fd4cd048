import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { OpenRequests } from './open-requests.js';

test('what is owed is answered, and the connection closed; nobody new is let in', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const begun = new AbortController();
  const requests = new OpenRequests(server, begun.signal);
  const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${port}`);
  const answer = async (): Promise<ServerResponse> =>
    ((await once(server, 'request')) as [unknown, ServerResponse])[1];

  const [, early] = [ask(), await answer()];
  early.end('early');
  begun.abort();
  const slow = ask();
  const response = await answer();
  const told: string[] = [];
  const ended = requests.end().then(() => told.push('ended'));
  await expect(ask()).rejects.toThrow('fetch failed');
  expect(told).toEqual([]);
  response.end('late');
  expect((await slow).headers.get('connection')).toBe('close');
  expect(await (await slow).text()).toBe('late');
  await ended;
});
