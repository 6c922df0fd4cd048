import { PutBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGround } from './testing/ground.js';
import type { Ground } from './testing/ground.js';

let ground: Ground;

beforeEach(async () => {
  ground = await openGround();
});
afterEach(() => ground.close());

const rules = () => ground.look('bucket rules');

async function put(...given: Partial<LifecycleRule>[]): Promise<void> {
  const Rules = given.map((rule, n) => ({ ID: `rule ${n}`, Status: 'Enabled' as const, ...rule }));
  const LifecycleConfiguration = { Rules };
  const Bucket = ground.bucket.bucket;
  await ground.client.send(
    new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration }),
  );
}

const month = { Expiration: { Days: 30 } };
const sync = 'own/v1/ws=1/sync=2/';

describe('the rules of the bucket', () => {
  it('are none at first', async () => {
    expect(await rules()).toMatchObject({ found: expect.stringMatching(/^no lifecycle rules/) });
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
    const failure = {
      kind: 'CONFIG',
      code: 'config.lifecycle',
      message: expect.stringMatching(told),
    };
    expect(await rules()).toMatchObject({ state: 'broken', failure });
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
    expect(await rules()).toMatchObject({
      found: 'none of 6 lifecycle rules takes what runs need',
    });
  });

  it('are no matter where the store has no such thing, and one where nobody may see them', async () => {
    const isAboutRules = (answer: S3Error): void =>
      void ground.bucket.moods.unshift({
        fits: (method, key, query) => method === 'GET' && key === '' && query.has('lifecycle'),
        times: 1,
        does: { error: answer },
      });
    isAboutRules(new S3Error(501, 'NotImplemented', 'A header you provided is not implemented'));
    expect(await rules()).toMatchObject({ found: expect.stringMatching(/^no lifecycle rules/) });
    isAboutRules(new S3Error(403, 'AccessDenied', 'Access Denied'));
    expect(await rules()).toMatchObject({ failure: { code: 'config.lifecycle_unread' } });
  });
});
