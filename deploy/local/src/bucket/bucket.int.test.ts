import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../free-port.js';
import { Objects } from './objects.js';
import { openBucket } from './bucket.js';
import type { Bucket } from './bucket.js';

let directory: string;
let bucket: Bucket;

beforeAll(async () => {
  directory = await mkdtemp(`${tmpdir()}/drawbridge-bucket-`);
  bucket = await openBucket({
    directory,
    port: await freePort(),
    accessKeyId: 'key',
    secretAccessKey: 'secret',
  });
});

afterAll(async () => {
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

it('refuses who does not sign', async () => {
  const response = await fetch(`${bucket.endpoint}/drawbridge/x`);
  expect(response.status).toBe(403);
  expect(await response.text()).toContain('<Code>AccessDenied</Code>');
});

it('loses no increment of four processes that compare and swap one object', async () => {
  const objects = new Objects(directory);
  await objects.put(
    { bucket: 'drawbridge', key: 'counter' },
    { body: Buffer.from('0'), headers: {} },
    () => undefined,
  );
  const worker = new URL('../../dist/bucket/increment.js', import.meta.url).pathname;
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, [worker, directory, '50'], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(
    children.map(async (child) => (await once(child, 'exit'))[0] as number),
  );
  expect(codes).toEqual([0, 0, 0, 0]);
  expect((await objects.get('drawbridge', 'counter'))?.body.toString()).toBe('200');
});
