import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config.js';
import { examine } from './doctor.js';
import type { Finding } from './doctor.js';
import { openClient } from './store/s3.js';

let directory: string;
let bucket: Bucket;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drawbridge-doctor-'));
  const port = await freePort();
  bucket = await openBucket({ directory, port, accessKeyId: 'key', secretAccessKey: 'secret' });
  process.env['AWS_ACCESS_KEY_ID'] = 'key';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
});
afterEach(async () => {
  await bucket.close();
  await rm(directory, { recursive: true, force: true });
});

async function finding(what: string, more: Record<string, string> = {}): Promise<Finding> {
  const config = readConfig({
    // Nobody is there: what else is looked at does not mind.
    DRAWBRIDGE_URL: 'ws://127.0.0.1:9',
    DRAWBRIDGE_IDENTITY: `file:${directory}/identity`,
    DRAWBRIDGE_BUCKET: `s3://${bucket.bucket}/own`,
    DRAWBRIDGE_WORK_DIR: join(directory, 'work'),
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    AWS_REGION: 'us-east-1',
    ...more,
  });
  return (await examine(config)).find((each) => each.what === what)!;
}

async function put(...rules: Partial<LifecycleRule>[]): Promise<void> {
  const { bucket: name, endpoint } = bucket;
  const client = openClient({ bucket: name, prefix: '', endpoint, region: 'us-east-1' });
  const Rules = rules.map((rule, n) => ({ ID: `rule ${n}`, Status: 'Enabled' as const, ...rule }));
  const LifecycleConfiguration = { Rules };
  await client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration }),
  );
  client.destroy();
}

const month = { Expiration: { Days: 30 } };
const sync = 'own/v1/ws=1/sync=2/';

describe('the rules of the bucket', () => {
  it('are none at first', async () => {
    expect((await finding('bucket rules')).found).toMatch(/^no lifecycle rules/);
  });

  it.each<[string, Partial<LifecycleRule>, RegExp]>([
    ['for the whole bucket', { ...month, Filter: {} }, /expire head\.json.*expire baseline\//],
    ['with a prefix', { ...month, Filter: { Prefix: 'own/' } }, /expire baseline\//],
    ['of the old form', { ...month, Prefix: 'own/v1/' }, /expire baseline\//],
    ['with a date', { Expiration: { Date: new Date(0) }, Filter: { Prefix: '' } }, /log\/.*run=/],
    [
      'for large objects',
      { ...month, Filter: { ObjectSizeGreaterThan: 1_000_000 } },
      /expire baseline\//,
    ],
    [
      'for a range of sizes below a prefix',
      { ...month, Filter: { And: { Prefix: `${sync}baseline/`, ObjectSizeLessThan: 5000 } } },
      /expire baseline\//,
    ],
    [
      'that archives',
      {
        Filter: { Prefix: sync },
        Transitions: [
          { Days: 30, StorageClass: 'STANDARD_IA' },
          { Days: 90, StorageClass: 'DEEP_ARCHIVE' },
        ],
      },
      /archive head\.json.*archive baseline\/.*archive log\//,
    ],
    [
      'that shortens the logs',
      { Expiration: { Days: 7 }, Filter: { Prefix: `${sync}log/` } },
      /"rule 0" would expire log\//,
    ],
  ])('fail %s', async (_, rule, told) => {
    await put(rule);
    const { failure } = await finding('bucket rules');
    expect(failure).toMatchObject({ kind: 'CONFIG', code: 'config.lifecycle' });
    expect(failure?.message).toMatch(told);
  });

  it('may expire plans, logs, versions and uploads, and what is not the agent’s', async () => {
    await put(
      { ...month, Filter: { Prefix: `${sync}run=` } },
      { ...month, Filter: { Prefix: `${sync}log/` } },
      { ...month, Filter: { Prefix: 'somebody/else/' } },
      { ...month, Filter: { Tag: { Key: 'temporary', Value: 'yes' } } },
      { ...month, Filter: { And: { Prefix: 'own/', Tags: [{ Key: 'a', Value: 'b' }] } } },
      { ...month, Filter: {}, Status: 'Disabled' },
      {
        Filter: {},
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
        Expiration: { ExpiredObjectDeleteMarker: true },
        Transitions: [{ Days: 30, StorageClass: 'GLACIER_IR' }],
      },
    );
    expect((await finding('bucket rules')).found).toBe(
      'none of 6 lifecycle rules takes what runs need',
    );
  });

  it('are no matter where the store has no such thing, and one where nobody may see them', async () => {
    const isAboutRules = (answer: S3Error): void =>
      void bucket.moods.push({
        fits: (method, key, query) => method === 'GET' && key === '' && query.has('lifecycle'),
        times: 1,
        does: { error: answer },
      });
    isAboutRules(new S3Error(501, 'NotImplemented', 'A header you provided is not implemented'));
    expect((await finding('bucket rules')).found).toMatch(/^no lifecycle rules/);
    isAboutRules(new S3Error(403, 'AccessDenied', 'Access Denied'));
    expect((await finding('bucket rules')).failure).toMatchObject({
      code: 'config.lifecycle_unread',
    });
  });
});

describe('the bucket', () => {
  it('passes where everything may be done', async () => {
    expect((await finding('bucket')).found).toMatch(/under a condition, and removed/);
  });

  it('fails where nothing may be removed', async () => {
    bucket.policy.mayRemove = () => false;
    expect((await finding('bucket')).failure).toMatchObject({ code: 'store.denied' });
  });
});

describe('the hash key', () => {
  const key = (value: string) => ({ DRAWBRIDGE_HASH_KEY: 'env:KEY', KEY: value });

  it('may be missing, as long as no sync is hashed', async () => {
    expect((await finding('hash key')).found).toMatch(/^none; only syncs/);
  });

  it('has to be there and long enough where it is named', async () => {
    expect(await finding('hash key', key('k'.repeat(32)))).toEqual({
      what: 'hash key',
      found: '32 characters',
    });
    const short = await finding('hash key', key('k'.repeat(31)));
    expect(short.failure).toMatchObject({ kind: 'CONFIG', code: 'config.hash_key' });
    const none = await finding('hash key', key(''));
    expect(none.failure).toMatchObject({ kind: 'CONFIG', code: 'secret.missing' });
  });

  it('is never told', async () => {
    const told = await finding('hash key', key('secret-of-mine'));
    expect(JSON.stringify([told, told.failure?.message])).not.toContain('secret-of-mine');
  });
});
