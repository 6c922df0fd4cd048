import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../connector/settings.js';
import { openS3Fixture, s3Tries } from '../../testing/s3-bucket.js';
import type { S3Fixture } from '../../testing/s3-bucket.js';
import { Bucket } from './bucket.js';
import { openClient, settings } from './connection.js';
import { Sendings } from './sendings.js';

const never = new AbortController().signal;

describe('attempts that may have been done', () => {
  let server: S3Fixture;

  beforeAll(async () => {
    server = await openS3Fixture();
  });
  afterAll(() => server.close());

  const countOf = async (endpoint: string): Promise<[number, unknown]> => {
    const given = readSettings(settings, { ...server.settings, endpoint });
    const keys = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: undefined };
    const bucket = new Bucket(openClient(given, keys), given);
    const sendings = new Sendings();
    const how = { signal: never, lastCheck: () => undefined, sendings };
    const failure = await bucket.put('out/x', '', how).catch((error: unknown) => error);
    bucket.close();
    server.bucket.moods.length = 0;
    return [sendings.unrefused, failure];
  };

  it('are none when there was no line', async () => {
    const [count, failure] = await countOf(`http://127.0.0.1:${await freePort()}`);
    expect(failure).toMatchObject({ code: 'destination.unreachable' });
    expect(count).toBe(0);
  });

  it.each([
    ['refused', new S3Error(403, 'AccessDenied', 'Access Denied'), 0],
    ['asked to slow down', new S3Error(503, 'SlowDown', 'Reduce your request rate.'), 0],
    ['told 503', new S3Error(503, 'ServiceUnavailable', 'Please try again.'), s3Tries],
    ['told 500', new S3Error(500, 'InternalError', 'We encountered an error.'), s3Tries],
  ])('%s', async (_, error, count) => {
    server.bucket.moods.push({ times: s3Tries, does: { error } });
    expect((await countOf(server.bucket.endpoint))[0]).toBe(count);
  });

  it('count the lost one before a refusal', async () => {
    const error = new S3Error(403, 'AccessDenied', 'Access Denied');
    server.bucket.moods.push({ times: 1, does: 'lose' }, { times: 1, does: { error } });
    const [count, failure] = await countOf(server.bucket.endpoint);
    expect(failure).toMatchObject({ code: 'destination.bucket_forbidden' });
    expect(count).toBe(1);
  });
});
