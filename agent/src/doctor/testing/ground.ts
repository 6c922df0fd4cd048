import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  PutBucketEncryptionCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { systemClock } from '../../clock.js';
import type { Clock } from '../../clock.js';
import { readConfig } from '../../config.js';
import { openClient } from '../../store/s3.js';
import { FakeControlPlane } from '../../testing/fake-control-plane.js';
import { looksOf } from '../examine.js';
import { findingOf } from '../finding.js';
import type { Finding } from '../finding.js';

/** A set-up with which nothing is wrong, to break one thing of. */
export interface Ground {
  directory: string;
  bucket: Bucket;
  plane: FakeControlPlane;
  environment: Record<string, string>;
  client: S3Client;
  /** What is found of one thing, with other variables. */
  look(what: string, more?: Record<string, string>, clock?: Clock): Promise<Finding>;
  /** The bucket refuses what fits. */
  deny(fits: (query: URLSearchParams, key: string) => boolean): void;
  close(): Promise<void>;
}

const isBeyond = (text: string | null): boolean => text?.startsWith('drawbridge-doctor-') ?? false;

export async function openGround(): Promise<Ground> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-doctor-'));
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const port = await freePort();
  const bucket = await openBucket({ directory, port, ...keys, region: 'eu-central-1' });
  const plane = await FakeControlPlane.open();
  process.env['AWS_ACCESS_KEY_ID'] = keys.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = keys.secretAccessKey;
  const { endpoint, bucket: name } = bucket;
  const client = openClient({ bucket: name, prefix: '', endpoint, region: 'eu-central-1' });
  const environment = {
    DRAWBRIDGE_URL: plane.url,
    DRAWBRIDGE_ENROLLMENT_TOKEN: plane.makeToken(),
    DRAWBRIDGE_IDENTITY: `file:${directory}/identity`,
    DRAWBRIDGE_BUCKET: `s3://${name}/own`,
    DRAWBRIDGE_WORK_DIR: join(directory, 'work'),
    DRAWBRIDGE_MEMORY_MIB: '1024',
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_REGION: 'eu-central-1',
  };
  const ground: Ground = {
    directory,
    bucket,
    plane,
    environment,
    client,
    look: async (what, more = {}, clock = systemClock) => {
      const looks = looksOf(readConfig({ ...environment, ...more }), clock);
      const look = looks.find(([each]) => each === what)?.[1];
      if (!look) throw new Error(`Nobody looks at "${what}".`);
      return findingOf(what, look);
    },
    deny: (fits) =>
      void bucket.moods.push({
        fits: (_method, key, query) => fits(query, key),
        times: Infinity,
        does: { error: new S3Error(403, 'AccessDenied', 'Access Denied') },
      }),
    close: async () => {
      client.destroy();
      await bucket.close();
      await plane.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
  ground.deny((query, key) => isBeyond(query.get('prefix')) || isBeyond(key));
  await setUpBucket(client, name);
  return ground;
}

/** As deploy/terraform/aws sets a bucket up. */
export async function setUpBucket(client: S3Client, Bucket: string): Promise<void> {
  await client.send(
    new PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: 'aws:kms',
              KMSMasterKeyID: 'arn:aws:kms:eu-central-1:111122223333:key/1',
            },
          },
        ],
      },
    }),
  );
  await client.send(
    new PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
  );
}
