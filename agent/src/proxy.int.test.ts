import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHttpClient } from './connector/http.js';
import { leaveThrough, wayOut } from './proxy.js';
import { openConnection } from './session/connection.js';
import { openS3Store } from './store/s3.js';
import { hasOpenssl, makeAuthority } from '@drawbridge/local/certificates.js';
import { FakeControlPlane } from './testing/fake-control-plane.js';
import { openForwardProxy } from '@drawbridge/local/forward-proxy.js';
import type { ForwardProxy } from '@drawbridge/local/forward-proxy.js';
import { openHttpReceiver } from './testing/http-receiver.js';
import { openTlsFront } from './testing/tls-front.js';

let proxy: ForwardProxy;

beforeEach(async () => {
  proxy = await openForwardProxy();
  leaveThrough({ url: `http://me:pass@127.0.0.1:${proxy.port}`, except: '', isUsed: true });
});
afterEach(async () => {
  leaveThrough(undefined);
  await proxy.close();
});

const hostOf = (url: string): string => new URL(url).host;

it.skipIf(!hasOpenssl)(
  'brings the control plane’s line through it, unless it refuses',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'drawbridge-proxy-'));
    const authority = await makeAuthority(directory);
    const plane = await FakeControlPlane.open();
    const certificate = await authority.issue('DNS:localhost');
    const front = await openTlsFront(certificate, Number(new URL(plane.url).port));
    const known = getCACertificates('default');
    setDefaultCACertificates([...known, authority.cert]);
    const open = () =>
      openConnection(`wss://localhost:${front.port}/agent`, AbortSignal.timeout(10_000));
    try {
      const connection = await open();
      expect((await connection.frames.next()).value?.body.case).toBe('challenge');
      connection.close();
      expect(proxy.asked).toEqual([`localhost:${front.port}`]);
      proxy.answers = () => 403;
      await expect(open()).rejects.toMatchObject({ code: 'session.unreachable' });
    } finally {
      setDefaultCACertificates(known);
      await front.close();
      await plane.close();
      await rm(directory, { recursive: true, force: true });
    }
  },
);

it('brings the bucket through it', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-proxy-'));
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const bucket = await openBucket({ directory, port: await freePort(), ...keys });
  process.env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey;
  const { endpoint } = bucket;
  const store = openS3Store({ bucket: 'drawbridge', prefix: '', endpoint, region: 'us-east-1' });
  await store.check();
  store.close();
  expect(new Set(proxy.asked)).toEqual(new Set([hostOf(endpoint)]));
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

it('brings vendors through it, with user and password, but for those that are excepted', async () => {
  const receiver = await openHttpReceiver(() => ({ status: 200 }));
  const seen: (string | undefined)[] = [];
  proxy.answers = (_target, authorization) => (seen.push(authorization), 200);
  const ask = async (): Promise<number> => {
    const client = openHttpClient({ connections: 1, timeoutMs: 10_000 });
    const request = { method: 'GET', url: receiver.url, headers: {} };
    const { status } = await client.send(request, AbortSignal.timeout(10_000));
    await client.close();
    return status;
  };
  expect(await ask()).toBe(200);
  expect(proxy.asked).toEqual([hostOf(receiver.url)]);
  expect(seen).toEqual([`Basic ${Buffer.from('me:pass').toString('base64')}`]);
  leaveThrough({ url: wayOut()?.url ?? '', except: '127.0.0.1', isUsed: true });
  expect(await ask()).toBe(200);
  expect(proxy.asked).toHaveLength(1);
  await receiver.close();
});

it('is left out when Node.js does not take it either', () => {
  leaveThrough({ url: 'http://127.0.0.1:1', except: '', isUsed: false });
  expect(wayOut()).toBeUndefined();
});
