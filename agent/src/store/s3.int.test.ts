import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storeContract } from '../testing/store-contract.js';
import { openS3Store } from './s3.js';

let directory: string;
let bucket: Bucket;

async function open(prefix = 'customer/drawbridge') {
  return openS3Store({
    bucket: bucket.bucket,
    prefix,
    endpoint: bucket.endpoint,
    region: 'us-east-1',
  });
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-s3-'));
  bucket = await openBucket({
    directory,
    port: await freePort(),
    accessKeyId: 'key',
    secretAccessKey: 'secret',
  });
  process.env['AWS_ACCESS_KEY_ID'] = 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
});

afterAll(async () => {
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

storeContract('S3', async () => {
  const store = await open();
  return { store, close: async () => store.close() };
});

describe('S3 in bad moods', () => {
  it('knows its own write again when the answer was lost', async () => {
    const store = await open();
    bucket.moods.push({ fits: (method) => method === 'PUT', times: 1, does: 'lose' });
    await expect(
      store.put('lost', Buffer.from('mine'), { ifNoneMatch: '*' }),
    ).resolves.toHaveProperty('etag');
    await expect(
      store.put('lost', Buffer.from('other'), { ifNoneMatch: '*' }),
    ).rejects.toMatchObject({ code: 'store.conflict' });
    store.close();
  });

  it('rides out a few errors, and says when there are too many', async () => {
    const store = await open();
    const slowDown = { error: new S3Error(503, 'SlowDown', 'Please reduce your request rate.') };
    bucket.moods.push({ times: 2, does: slowDown });
    await store.put('slow', Buffer.from('x'));
    bucket.moods.push({ times: 5, does: slowDown });
    await expect(store.get('slow')).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'store.slow_down',
    });
    store.close();
  });

  it('takes a write that met another one for nobody’s, and writes again', async () => {
    const store = await open();
    const path = join(directory, 'uploaded');
    await writeFile(path, 'whole');
    const conflict = {
      error: new S3Error(409, 'ConditionalRequestConflict', 'A conflicting operation occurred.'),
    };
    bucket.moods.push({ fits: (method) => method === 'PUT', times: 2, does: conflict });
    const pointer = await store.upload('met', path);
    expect(Buffer.from((await store.get('met'))!.body).toString()).toBe('whole');
    expect(pointer.bytes).toBe(5);
    bucket.moods.push({ fits: (method) => method === 'PUT', times: 5, does: conflict });
    await expect(store.upload('met again', path)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    expect(await store.get('met again')).toBeUndefined();
    store.close();
  });

  it('does not wait for ever for a bucket that says nothing', async () => {
    const { endpoint, bucket: name } = bucket;
    const store = openS3Store({ bucket: name, prefix: '', endpoint, region: 'us-east-1', stillMs: 50 }); // prettier-ignore
    bucket.moods.push({ times: 1, does: 'hang' });
    await expect(store.put('still', Buffer.from('x'))).resolves.toHaveProperty('etag');
    bucket.moods.push({ times: 5, does: 'hang' });
    await expect(store.get('still')).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'store.unreachable',
    });
    store.close();
  });

  it.runIf(process.platform === 'linux')('tells a full disk from a bucket that fails', async () => {
    const store = await open();
    await store.put('large', Buffer.alloc(100));
    const pointer = { key: 'large', bytes: 100, sha256: '' };
    await expect(store.download(pointer, '/dev/full')).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'agent.disk_full',
    });
    store.close();
  });

  it('says so when a part of what it removes has to stay', async () => {
    const store = await open();
    for (const key of ['removed/1', 'held/2', 'removed/3']) await store.put(key, Buffer.from('x'));
    bucket.policy.mayRemove = (key) => !key.includes('/held/');
    await expect(store.remove(['removed/1', 'held/2', 'removed/3'])).rejects.toMatchObject({
      kind: 'CONFIG',
      code: 'store.denied',
    });
    bucket.policy.mayRemove = () => true;
    expect(await store.get('removed/3')).toBeUndefined();
    expect(await store.get('held/2')).toBeDefined();
    await store.remove(['removed/3', 'held/2']);
    expect(await store.get('held/2')).toBeUndefined();
    store.close();
  });

  it('names a wrong bucket and wrong credentials', async () => {
    const wrong = openS3Store({
      bucket: 'nowhere',
      prefix: '',
      endpoint: bucket.endpoint,
      region: 'us-east-1',
    });
    await expect(wrong.check()).rejects.toMatchObject({ kind: 'CONFIG', code: 'store.no_bucket' });
    process.env['AWS_SECRET_ACCESS_KEY'] = 'guessed';
    const store = await open();
    await expect(store.check()).rejects.toMatchObject({ kind: 'CONFIG', code: 'store.denied' });
    process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
    store.close();
    wrong.close();
  });
});
