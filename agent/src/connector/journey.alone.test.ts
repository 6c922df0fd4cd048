import { createServer, connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { failureOf } from '../failure.js';
import { leaveThrough } from '../proxy.js';
import { openHttpReceiver } from '../testing/http-receiver.js';
import { asAgent, guardSockets, Journey } from './journey.js';
import { openHttpClient } from './http.js';

// Everything that opens a socket goes through one door of Node.js. A listener counts who comes.

const never = new AbortController().signal;
let listener: Server;
let port: number;
let opened = 0;

beforeAll(async () => {
  await guardSockets();
  listener = createServer((socket) => {
    opened += 1;
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  ({ port } = listener.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => listener.close(resolve)));
afterEach(() => {
  opened = 0;
  leaveThrough(undefined);
});

type Opening = (host: string) => Promise<unknown>;

const ended = (socket: { once(event: string, hear: (error?: unknown) => void): unknown }) =>
  new Promise(
    (resolve) =>
      void (socket.once('error', resolve), socket.once('close', () => resolve('closed'))),
  );
const viaClient: Opening = async (host) => {
  const client = openHttpClient({ connections: 1, timeoutMs: 1_000 });
  return client
    .send({ method: 'GET', url: `http://${host}:${port}/`, headers: {} }, never)
    .catch((error: unknown) => error)
    .finally(() => client.close());
};
const ways: readonly [string, Opening][] = [
  ['options', (host) => ended(connect({ host, port }))],
  ['port and host', (host) => ended(connect(port, host))],
  ['TLS', (host) => ended(connectTls({ host, port }))],
  ['HTTP of Node.js', (host) => ended(request({ host, port }).end())],
  ['the client of connectors', viaClient],
  [
    'a name that somebody else looks up',
    (host) =>
      ended(
        connect({
          host,
          port,
          lookup: (_, __, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
        }),
      ),
  ],
];
const codeOf = (error: unknown): string => failureOf(error).code;

it.each(ways)('does not go to a host that is not allowed: by %s', async (_, open) => {
  const journey = new Journey({ hosts: ['elsewhere.example'], networks: ['127.0.0.0/8', '::1'] });
  expect(codeOf(await journey.within(() => open('localhost')))).toBe('policy.host_forbidden');
  expect(journey.refusal?.code).toBe('policy.host_forbidden');
  expect(opened).toBe(0);
});

it.each(ways)(
  'does not go to an address that is not named, whatever leads there: by %s',
  async (_, open) => {
    for (const host of ['localhost', '127.0.0.1']) {
      const journey = new Journey({ hosts: ['*'], networks: ['10.0.0.0/8'] });
      expect(codeOf(await journey.within(() => open(host)))).toBe('policy.address_blocked');
    }
    expect(opened).toBe(0);
  },
);

it.each(ways)('goes where it may: by %s', async (_, open) => {
  const journey = new Journey({ hosts: [`localhost:${port}`], networks: ['127.0.0.1', '::1'] });
  await journey.within(() => open('localhost'));
  expect(journey.refusal).toBeUndefined();
  expect(opened).toBeGreaterThan(0);
});

it.each(ways)(
  'goes nowhere when nobody says whose it is, and anywhere as the agent’s own: by %s',
  async (_, open) => {
    expect(codeOf(await open('127.0.0.1'))).toBe('policy.unclaimed');
    expect(opened).toBe(0);
    await asAgent(() => open('127.0.0.1'));
    expect(opened).toBeGreaterThan(0);
  },
);

it('does not go to a socket of the machine', async () => {
  const journey = new Journey({ hosts: ['*'], networks: ['0.0.0.0/0'] });
  const path = join(tmpdir(), 'nobody.sock');
  expect(codeOf(await journey.within(() => ended(connect(path))))).toBe('policy.host_forbidden');
  expect(codeOf(await journey.within(() => ended(connect({ path }))))).toBe(
    'policy.host_forbidden',
  );
});

it('follows no redirect, wherever it leads', async () => {
  const receiver = await openHttpReceiver(() => ({
    status: 302,
    headers: { location: `http://127.0.0.1:${port}/latest/meta-data/` },
  }));
  const journey = new Journey({ hosts: ['127.0.0.1'], networks: ['127.0.0.1'] });
  const client = openHttpClient({ connections: 1, timeoutMs: 1_000 });
  const asked = { method: 'GET', url: receiver.url, headers: {} };
  const error: unknown = await journey
    .within(() => client.send(asked, never))
    .catch((thrown: unknown) => thrown);
  expect(codeOf(error)).toBe('destination.redirected');
  expect(opened).toBe(0);
  await client.close();
  await receiver.close();
});

it('goes to a forward proxy, and tells it of no host that is not allowed', async () => {
  leaveThrough({ url: `http://127.0.0.1:${port}`, except: '', isUsed: true });
  const journey = new Journey({ hosts: ['allowed.example'], networks: [] });
  const asked = (host: string) => journey.within(() => viaClient(host));
  expect(codeOf(await asked('other.example'))).toBe('policy.host_forbidden');
  expect(opened).toBe(0);
  const came = new Promise((resolve) => listener.once('connection', resolve));
  const client = openHttpClient({ connections: 1, timeoutMs: 1_000 });
  const get = { method: 'GET', url: 'http://allowed.example/', headers: {} };
  const answer = journey.within(() => client.send(get, never)).catch(codeOf);
  await came;
  expect(opened).toBeGreaterThan(0);
  await client.close();
  expect(await answer).not.toMatch(/^policy/);
});

it('does what is done because of an abort within the journey', async () => {
  const journey = new Journey({ hosts: ['localhost'], networks: ['127.0.0.1', '::1'] });
  const stop = new AbortController();
  const done = Promise.withResolvers<unknown>();
  const cancel = (): void => void ended(connect({ host: 'localhost', port })).then(done.resolve);
  journey.signalOf(stop.signal).addEventListener('abort', cancel);
  stop.abort();
  await done.promise;
  expect(opened).toBe(1);
  expect(journey.signalOf(stop.signal)).toBe(journey.signalOf(stop.signal));
});
