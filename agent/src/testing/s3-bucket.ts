import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import type { Bucket } from '@drawbridge/local/bucket/bucket.js';
import { freePort } from '@drawbridge/local/free-port.js';
import type { RawSettings } from '../connector/settings.js';
import { S3Reader } from './s3-reader.js';

/** As often as the client sends a request before it gives up. */
export const s3Tries = 3;

/** A bucket that files are written to, and somebody who reads them. */
export interface S3Fixture {
  bucket: Bucket;
  reader: S3Reader;
  settings: RawSettings;
  secrets: Record<string, string>;
  /** Uploads in parts that are neither complete nor ended. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

export async function openS3Fixture(): Promise<S3Fixture> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-s3-'));
  const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
  const bucket = await openBucket({ directory, port: await freePort(), ...keys });
  const reader = new S3Reader(bucket);
  return {
    bucket,
    reader,
    settings: { bucket: bucket.bucket, endpoint: bucket.endpoint, prefix: 'out' },
    secrets: keys,
    unfinished: async () => (await readdir(join(directory, '.uploads')).catch(() => [])).length,
    close: async () => {
      reader.close();
      await bucket.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
