import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressGuard } from '../outbound/address-guard.js';
import { resolveBySystem, type Resolve } from '../outbound/guarded-request.js';
import { post, type Answer } from './post.js';
import { openReceiver, type Receiver } from './testing/receiver.js';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await openReceiver();
});
afterEach(() => receiver.close());

/** A resolver that knows one answer to each question in turn, and then the last one. */
const resolver = (...answers: string[][]): Resolve => {
  let asked = 0;
  return (_name, answer) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
};
const never = new AbortController().signal;

function send(
  url: string,
  { networks = [], resolve = resolveBySystem }: { networks?: string[]; resolve?: Resolve } = {},
): Promise<Answer> {
  const guard = new AddressGuard(networks);
  const what = {
    url: new URL(url.replace('PORT', String(receiver.port))),
    headers: {},
    body: '{}',
  };
  return post(what, { guard, resolve }, never);
}
const refused = { code: 'channel.private_address' };

describe.each(['http', 'https'])('by %s', (scheme) => {
  it.each([
    '127.0.0.1:PORT',
    '127.1:PORT',
    '2130706433:PORT',
    '0x7f.0.0.1:PORT',
    '0177.0.0.1:PORT',
    '0.0.0.0:PORT',
    'localhost:PORT',
    '169.254.169.254',
    '[::1]:PORT',
    '[::]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '[fe80::1]',
  ])('%s is not connected to', async (host) => {
    await expect(send(`${scheme}://${host}/latest/meta-data/`)).rejects.toMatchObject(refused);
    expect(receiver.connections).toBe(0);
  });

  it.each([
    [['127.0.0.1']],
    [['169.254.169.254']],
    [['127.0.0.1', '8.8.8.8']],
    [['::1', '2606:4700::1']],
    [['::ffff:127.0.0.1']],
  ])('a name that resolves to %j is not connected to', async (addresses) => {
    const url = `${scheme}://hooks.example:PORT/`;
    await expect(send(url, { resolve: resolver(addresses) })).rejects.toMatchObject(refused);
    expect(receiver.connections).toBe(0);
  });
});

it('goes to the address that was checked, whatever the name says a moment later', async () => {
  const resolve = resolver(['127.0.0.1'], ['127.0.0.2']);
  const networks = ['127.0.0.1'];
  expect(await send('http://hooks.example:PORT/', { networks, resolve })).toMatchObject({
    status: 204,
  });
  await expect(send('http://hooks.example:PORT/', { networks, resolve })).rejects.toMatchObject(
    refused,
  );
  expect(receiver.connections).toBe(1);
});

it('does not go by http to what nobody named', async () => {
  const resolve = resolver(['8.8.8.8']);
  await expect(send('http://hooks.example/', { resolve })).rejects.toMatchObject({
    code: 'channel.not_https',
  });
});

it('follows no redirect', async () => {
  const inside = await openReceiver();
  for (const location of [inside.url, 'http://169.254.169.254/latest/', 'file:///etc/passwd']) {
    receiver.answer = (response) => void response.writeHead(307, { location }).end();
    expect(await send(receiver.url, { networks: ['127.0.0.1'] })).toMatchObject({ status: 307 });
  }
  expect(inside.connections).toBe(0);
  await inside.close();
});

it('reads no more of an answer than its head, however long it is', async () => {
  const closed = Promise.withResolvers<void>();
  receiver.answer = (response) => {
    response.once('close', closed.resolve).writeHead(200, { 'retry-after': '7' });
    const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
    more();
  };
  expect(await send(receiver.url, { networks: ['127.0.0.1'] })).toEqual({
    status: 200,
    retryAfter: '7',
  });
  await closed.promise;
});

it('ends with the signal when nothing is answered', async () => {
  const stop = new AbortController();
  receiver.answer = () => stop.abort();
  const guard = new AddressGuard(['127.0.0.1']);
  const what = { url: new URL(receiver.url), headers: {}, body: '{}' };
  const sent = post(what, { guard, resolve: resolveBySystem }, stop.signal);
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
});
