import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { openBucket } from '@drawbridge/local/bucket/bucket.js';
import { S3Error } from '@drawbridge/local/bucket/s3-error.js';
import { freePort } from '@drawbridge/local/free-port.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBulk } from '../../connector/destination.js';
import type {
  BulkTarget,
  DestinationConnection,
  Load,
  TargetRequest,
} from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import type { RawSettings } from '../../connector/settings.js';
import { Failure } from '../../failure.js';
import { openS3Fixture, s3Tries } from '../../testing/s3-bucket.js';
import type { S3Fixture } from '../../testing/s3-bucket.js';
import { S3Reader } from '../../testing/s3-reader.js';
import s3 from './index.js';

const never = new AbortController().signal;

describe('files in S3', () => {
  let server: S3Fixture;
  let client: S3Client;
  let directory: string;
  let attempts = 0;

  beforeAll(async () => {
    server = await openS3Fixture();
    directory = await mkdtemp(join(tmpdir(), 'drawbridge-s3-files-'));
    client = new S3Client({
      endpoint: server.bucket.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  const connect = (settings: RawSettings = {}): DestinationConnection =>
    s3.open({
      settings: readSettings(s3.settings, { ...server.settings, ...settings }),
      secrets: { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: undefined },
    });
  const requestOf = (change: Partial<TargetRequest> = {}): TargetRequest => ({
    object: 'people/{YYYY}/{MM}/{DD}/{run}',
    mode: 'mirror',
    removal: 'delete',
    key: [{ name: 'id', type: 'integer', nulls: 'send' }],
    fields: [{ name: 'name', type: 'text', nulls: 'send' }],
    set: [],
    options: {},
    tag: { workspaceId: 'w', syncId: 's', runId: 'r' },
    naming: {
      syncName: 'people',
      startedAt: new Date('2026-01-02T03:04:05Z'),
      attempt: `r.${++attempts}`,
    },
    lastCheck: () => undefined,
    ...change,
  });
  const open = async (
    change: Partial<TargetRequest> = {},
    settings: RawSettings = {},
  ): Promise<BulkTarget> => {
    const target = await connect(settings).open(requestOf(change), never);
    if (!isBulk(target)) throw new TypeError('The target takes no files.');
    return target;
  };
  const load = async (body: string | Buffer, change: Partial<Load> = {}): Promise<Load> => {
    const path = join(directory, `load-${Math.random()}`);
    await writeFile(path, body);
    return {
      kind: 'upsert',
      change: 'added',
      size: 1,
      keyColumns: ['id'],
      columns: ['id', 'name'],
      path,
      bytes: Buffer.byteLength(body),
      folder: directory,
      idempotencyKey: 'r.1.added.load-0',
      number: 0,
      ...change,
    };
  };
  const send = async (target: BulkTarget, made: Load): Promise<string> => {
    const job = await target.create(made, never);
    await target.submit(job, made, never);
    await target.results(job, made, never);
    return job;
  };
  const folderOf = (job: string): string => job.slice(0, job.lastIndexOf('/') + 1);
  const headOf = (key: string) =>
    client.send(new HeadObjectCommand({ Bucket: server.bucket.bucket, Key: key }));

  it('says in the manifest all that a reader has to know, and `_SUCCESS` comes last', async () => {
    const target = await open({ options: { layout: 'byOperation', compression: 'none' } });
    const first = await send(target, await load('id,name\n1,a\n'));
    expect(first).toMatch(/^out\/people\/2026\/01\/02\/r\.\d+\/added-00000\.csv$/);
    await send(target, await load('id,name\n2,b\n3,c\n', { change: 'changed', size: 2 }));
    await send(
      target,
      await load('id,name\n4,d\n', { change: 'removed', kind: 'delete', number: 1 }),
    );
    const written: string[] = [];
    server.bucket.moods.push({
      fits: (method, key) =>
        method === 'PUT' && !!written.push(key.split('/').at(-1) ?? '') && false,
      times: 1,
      does: 'hang',
    });
    await target.finish?.(never);
    server.bucket.moods.length = 0;
    expect(written).toEqual(['manifest.json', '_SUCCESS']);
    await target.close();
    const folder = first.slice(0, first.lastIndexOf('/'));
    const [dataset] = await server.reader.datasets(folder);
    expect(dataset?.manifest).toMatchObject({
      version: 1,
      workspaceId: 'w',
      syncId: 's',
      runId: 'r',
      sync: 'people',
      startedAt: '2026-01-02T03:04:05.000Z',
      mode: 'mirror',
      content: 'changes',
      format: { kind: 'csv', compression: 'none' },
      key: ['id'],
      columns: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: 'text' },
      ],
      rows: 4,
      bytes: 12 + 16 + 12,
      operations: { added: 1, changed: 2, removed: 1 },
      files: [
        { name: 'added-00000.csv', operation: 'added', rows: 1, bytes: 12 },
        { name: 'changed-00000.csv', operation: 'changed', rows: 2, bytes: 16 },
        { name: 'removed-00001.csv', operation: 'removed', rows: 1, bytes: 12 },
      ],
    });
    expect(dataset?.bodies.map(String)[1]).toBe('id,name\n2,b\n3,c\n');
  });

  it('names the files of a whole result apart, whatever the rows were before', async () => {
    const target = await open({
      mode: 'replace',
      removal: 'nothing',
      options: { format: 'parquet' },
    });
    const jobs: string[] = [];
    for (const [change, number] of [
      ['added', 0],
      ['changed', 0],
      ['added', 1],
    ] as const)
      jobs.push(await send(target, await load('x', { change, number })));
    expect(jobs.map((job) => job.split('/').at(-1))).toEqual([
      'all-00000.parquet',
      'all-00001.parquet',
      'all-00002.parquet',
    ]);
    expect(target.takes?.('delete', 'removed')).toBe(false);
    expect(target.format).toEqual({ kind: 'parquet', compression: 'gzip' });
    await target.close();
  });

  const isPart = (method: string, _: string, query: URLSearchParams): boolean =>
    method === 'PUT' && query.has('partNumber');

  it('sends a large file in parts that can be read as one, and leaves none of another', async () => {
    const target = await open({ options: { compression: 'none' } });
    const body = Buffer.alloc(20 << 20, 'abcdefghij\n');
    const job = await send(target, await load(body));
    expect(Buffer.compare(await server.reader.body(job), body)).toBe(0);
    const other = await load(body, { number: 1 });
    const name = await target.create(other, never);
    const broken = {
      error: new S3Error(500, 'InternalError', 'We encountered an internal error.'),
    };
    server.bucket.moods.push({ fits: isPart, times: s3Tries * 2, does: broken });
    await expect(target.submit(name, other, never)).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.no_answer',
      vendorCode: 'INTERNAL_ERROR',
    });
    server.bucket.moods.length = 0;
    expect(await server.unfinished()).toBe(0);
    expect(await target.look(name, never)).toEqual({ kind: 'empty' });
    await target.submit(name, other, never);
    expect(await target.look(name, never)).toEqual({ kind: 'over' });
    await target.close();
  });

  it('leaves no parts when it is cancelled in the middle of a large file', async () => {
    const target = await open({ options: { compression: 'none' } });
    const made = await load(Buffer.alloc(40 << 20, 'x'));
    const job = await target.create(made, never);
    const cancel = new AbortController();
    const fits = (...asked: Parameters<typeof isPart>): boolean => {
      if (!isPart(...asked) || asked[2].get('partNumber') !== '3') return false;
      cancel.abort(new Error('cancelled by the test'));
      return true;
    };
    server.bucket.moods.push({ fits, times: 1, does: 'hang' });
    await expect(target.submit(job, made, cancel.signal)).rejects.toThrow('cancelled by the test');
    expect(await server.unfinished()).toBe(0);
    expect(await target.look(job, never)).toEqual({ kind: 'empty' });
    await target.close();
  });

  it('has a large file of which only the last answer was lost', async () => {
    const target = await open({ options: { compression: 'none' } });
    const made = await load(Buffer.alloc(20 << 20, 'x'));
    const job = await target.create(made, never);
    const isLast = (method: string, _: string, query: URLSearchParams): boolean =>
      method === 'POST' && query.has('uploadId');
    server.bucket.moods.push({ fits: isLast, times: s3Tries, does: 'lose' });
    await expect(target.submit(job, made, never)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    server.bucket.moods.length = 0;
    expect(await target.look(job, never)).toEqual({ kind: 'over' });
    await target.close();
  });

  it('keeps files as the destination says: encrypted, of a class, of an account', async () => {
    const keyId = 'arn:aws:kms:us-east-1:111122223333:key/1';
    server.bucket.keys.set(keyId, 'enabled');
    const settings = {
      encryption: 'aws:kms',
      kmsKey: keyId,
      bucketOwner: '111122223333',
      acl: 'bucket-owner-full-control',
    };
    const target = await open({ options: { storageClass: 'STANDARD_IA' } }, settings);
    const job = await send(target, await load('x'));
    expect(await headOf(job)).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: keyId,
      BucketKeyEnabled: true,
      StorageClass: 'STANDARD_IA',
      ContentType: 'application/gzip',
      Metadata: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    });
    await target.finish?.(never);
    expect(await headOf(job.replace(/[^/]+$/, '_SUCCESS'))).toMatchObject({ SSEKMSKeyId: keyId });
    await target.close();
    const plain = await open({}, { encryption: 'AES256' });
    expect(await headOf(await send(plain, await load('x')))).toMatchObject({
      ServerSideEncryption: 'AES256',
    });
    await plain.close();
  });

  it.each([
    [
      'a key that is not there',
      { encryption: 'aws:kms', kmsKey: 'none' },
      'destination.kms_refused',
      'KMS_NOT_FOUND',
    ],
    [
      'a key that is disabled',
      { encryption: 'aws:kms', kmsKey: 'off' },
      'destination.kms_refused',
      'KMS_DISABLED',
    ],
    [
      'a key that it may not use',
      { encryption: 'aws:kms', kmsKey: 'theirs' },
      'destination.bucket_forbidden',
      'ACCESS_DENIED',
    ],
    [
      'a bucket of somebody else',
      { bucketOwner: '999999999999' },
      'destination.bucket_forbidden',
      'ACCESS_DENIED',
    ],
    ['a bucket that is not there', { bucket: 'nobody' }, 'destination.no_bucket', 'NO_SUCH_BUCKET'],
  ])('finds at the check %s', async (_, settings, code, vendorCode) => {
    server.bucket.keys.set('off', 'disabled').set('theirs', 'forbidden');
    const destination = connect(settings);
    await expect(destination.check(never)).rejects.toMatchObject({
      kind: 'CONFIG',
      code,
      vendorCode,
    });
    await destination.close();
  });

  it('finds at the check what it may not do, and leaves nothing there', async () => {
    const destination = connect({ prefix: 'checked' });
    const denied = { error: new S3Error(403, 'AccessDenied', 'Access Denied') };
    for (const wanted of ['GET', 'PUT', 'HEAD'] as const) {
      server.bucket.moods.push({ fits: (method) => method === wanted, times: 1, does: denied });
      await expect(destination.check(never)).rejects.toMatchObject({
        code: 'destination.bucket_forbidden',
      });
    }
    expect(await server.reader.keys('checked/')).toEqual([]);
    server.bucket.policy.mayRemove = () => false;
    await expect(destination.check(never)).rejects.toMatchObject({
      code: 'destination.bucket_forbidden',
    });
    server.bucket.policy.mayRemove = () => true;
    const left = (await server.reader.keys('checked/')).length;
    await destination.check(never);
    expect(await server.reader.keys('checked/')).toHaveLength(left);
    await destination.close();
  });

  const isEnd = (wanted: string) => (method: string, key: string) =>
    method === wanted && key.endsWith('_SUCCESS');

  it('is finished when the answer to `_SUCCESS` is lost', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries, does: 'lose' });
    await target.finish?.(never);
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('can be finished again when `_SUCCESS` did not arrive', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries, does: 'cut' });
    await expect(target.finish?.(never)).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.unreachable',
    });
    expect(await server.reader.datasets(folderOf(job))).toEqual([]);
    await target.finish?.(never);
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('removes nothing of a dataset of which it does not know whether it is finished', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries, does: 'lose' });
    server.bucket.moods.push({ fits: isEnd('HEAD'), times: s3Tries, does: 'cut' });
    await expect(target.finish?.(never)).rejects.toMatchObject({ code: 'destination.no_answer' });
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('is finished when the answer is lost and the tries after it are refused', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    const error = new S3Error(403, 'ExpiredToken', 'The provided token has expired.');
    server.bucket.moods.push({ fits: isEnd('PUT'), times: 1, does: 'lose' });
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries, does: { error } });
    await target.finish?.(never);
    await target.close();
    server.bucket.moods.length = 0;
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('keeps its files when it is stopped while `_SUCCESS` is under way', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    const stop = new AbortController();
    const fits = (method: string, key: string): boolean => {
      if (!isEnd('PUT')(method, key)) return false;
      stop.abort(new Error('stopped by the test'));
      return true;
    };
    server.bucket.moods.push({ fits, times: 1, does: 'hang' });
    await expect(target.finish?.(stop.signal)).rejects.toMatchObject({
      code: 'destination.no_answer',
    });
    await target.close();
    server.bucket.moods.length = 0;
    expect(await target.look(job, never)).toEqual({ kind: 'over' });
  });

  const endsOf = Object.entries({
    '503': new S3Error(503, 'ServiceUnavailable', 'Please try again.'),
    'an expired token': new S3Error(400, 'ExpiredToken', 'The provided token has expired.'),
  });
  const loseThen = (error: S3Error): void => {
    server.bucket.moods.push({ fits: isEnd('PUT'), times: 1, does: 'lose' });
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries - 1, does: { error } });
  };

  it.each(endsOf)('is finished when `_SUCCESS` was stored and sent again into %s', async (_, e) => {
    const target = await open();
    const job = await send(target, await load('x'));
    loseThen(e);
    await target.finish?.(never);
    server.bucket.moods.length = 0;
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it.each(endsOf)('does not know when it can not ask after a lost answer and %s', async (_, e) => {
    const target = await open();
    const job = await send(target, await load('x'));
    loseThen(e);
    server.bucket.moods.push({ fits: isEnd('HEAD'), times: s3Tries, does: { error: e } });
    await expect(target.finish?.(never)).rejects.toMatchObject({
      kind: 'TRANSIENT',
      code: 'destination.no_answer',
    });
    server.bucket.moods.length = 0;
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('is finished when the right to write ends after `_SUCCESS` was stored', async () => {
    let isOver = false;
    const lastCheck = (): void => {
      if (isOver) throw new Failure('CANCELLED', 'lease.lost', 'Somebody else has it.');
    };
    const target = await open({ lastCheck });
    const job = await send(target, await load('x'));
    const fits = (...asked: [string, string]): boolean => (isOver = isEnd('PUT')(...asked));
    server.bucket.moods.push({ fits, times: 1, does: 'lose' });
    await target.finish?.(never);
    server.bucket.moods.length = 0;
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('keeps its files when `_SUCCESS` is stored as it is cut off', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    const lost = new AbortController();
    const fits = (...asked: [string, string]): boolean => {
      if (!isEnd('PUT')(...asked)) return false;
      lost.abort(new Failure('CANCELLED', 'run.cancelled', 'Asked for.'));
      return true;
    };
    server.bucket.moods.push({ fits, times: 1, does: 'lose' });
    await expect(target.finish?.(lost.signal)).rejects.toMatchObject({
      code: 'destination.no_answer',
    });
    await target.close();
    // What the network has by then, the server stores when it comes to it.
    await expect.poll(() => server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('does not know when the server is gone after it stored `_SUCCESS`', async () => {
    const place = { directory: await mkdtemp(join(directory, 'gone-')), port: await freePort() };
    const keys = { accessKeyId: 'key', secretAccessKey: 'secret' };
    const gone = await openBucket({ ...place, ...keys });
    const target = await open({}, { endpoint: gone.endpoint });
    const job = await send(target, await load('x'));
    let closing: Promise<void> | undefined;
    const fits = (...asked: [string, string]): boolean => {
      if (isEnd('PUT')(...asked)) closing = gone.close();
      return closing !== undefined;
    };
    gone.moods.push({ fits, times: 1, does: 'lose' });
    await expect(target.finish?.(never)).rejects.toMatchObject({ code: 'destination.no_answer' });
    await closing;
    const back = await openBucket({ ...place, ...keys });
    const reader = new S3Reader(back);
    await target.close();
    expect(await reader.datasets(folderOf(job))).toHaveLength(1);
    reader.close();
    await back.close();
  });

  const putEnd = (job: string) =>
    client.send(
      new PutObjectCommand({
        Bucket: server.bucket.bucket,
        Key: job.replace(/[^/]+$/, '_SUCCESS'),
        Body: '',
      }),
    );
  const unfinished = async (): Promise<{ target: BulkTarget; job: string }> => {
    const target = await open();
    const job = await send(target, await load('x'));
    server.bucket.moods.push({ fits: isEnd('PUT'), times: s3Tries, does: 'cut' });
    await expect(target.finish?.(never)).rejects.toMatchObject({ kind: 'TRANSIENT' });
    return { target, job };
  };

  it('writes nothing more when `_SUCCESS` came late', async () => {
    const { target, job } = await unfinished();
    await putEnd(job);
    const fits = (method: string): boolean => method !== 'HEAD';
    server.bucket.moods.push({ fits, times: Infinity, does: 'cut' });
    const failure = await target.finish?.(never).catch((error: unknown) => error);
    server.bucket.moods.length = 0;
    expect(failure).toBeUndefined();
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('removes nothing when `_SUCCESS` came late and nobody finished it again', async () => {
    const { target, job } = await unfinished();
    await putEnd(job);
    await target.close();
    expect(await server.reader.datasets(folderOf(job))).toHaveLength(1);
  });

  it('does not ask after `_SUCCESS` was refused, and removes its files', async () => {
    const target = await open();
    const job = await send(target, await load('x'));
    const error = new S3Error(403, 'AccessDenied', 'Access Denied');
    server.bucket.moods.push({ fits: isEnd('PUT'), times: 1, does: { error } });
    server.bucket.moods.push({ fits: isEnd('HEAD'), times: s3Tries, does: 'cut' });
    const failure = await target.finish?.(never).catch((e: unknown) => e);
    server.bucket.moods.length = 0;
    expect(failure).toMatchObject({ code: 'destination.bucket_forbidden' });
    await target.close();
    expect(await server.reader.keys(folderOf(job))).toEqual([]);
  });

  it('does no harm where it may not tidy up', async () => {
    server.bucket.policy.mayRemove = () => false;
    const target = await open();
    const job = await send(target, await load('x'));
    await target.close();
    server.bucket.policy.mayRemove = () => true;
    expect(await target.look(job, never)).toEqual({ kind: 'over' });
    expect(await server.reader.datasets(folderOf(job))).toEqual([]);
  });

  it('lists the folders of the bucket', async () => {
    const target = await open({ object: 'listed/below/{run}' });
    await send(target, await load('x'));
    const destination = connect();
    expect(await destination.list?.([], never)).toContainEqual({ name: 'listed', kind: 'object' });
    expect(await destination.list?.(['listed'], never)).toEqual([
      { name: 'listed/below', kind: 'object' },
    ]);
    await expect(destination.list?.(['nowhere'], never)).rejects.toMatchObject({
      code: 'listing.missing',
    });
    await destination.close();
    await target.close();
  });

  it.each<[string, Partial<TargetRequest>, string]>([
    ['a folder above its prefix', { object: '../people' }, 'destination.bad_folder'],
    ['the agents’ own folder', { object: 'v1/ws=1/{run}' }, 'destination.own_state'],
    ['files without a number', { options: { file: '{operation}' } }, 'destination.bad_folder'],
    [
      'a delimiter in JSON',
      { options: { format: 'ndjson', delimiter: 'tab' } },
      'settings.invalid',
    ],
    [
      'omitted NULLs in columns',
      { fields: [{ name: 'name', type: 'text', nulls: 'omit' }] },
      'destination.omit_in_columns',
    ],
    ['changes without a key', { key: [] }, 'destination.changes_without_key'],
    [
      'a layout of a whole result',
      { mode: 'replace', options: { layout: 'byOperation' } },
      'destination.columns_unfit',
    ],
    [
      'a field with the name of the operation',
      { options: { operationColumn: 'NAME' } },
      'destination.columns_unfit',
    ],
    [
      'names that differ by case in Parquet',
      { fields: [{ name: 'ID', type: 'text', nulls: 'send' }], options: { format: 'parquet' } },
      'destination.columns_unfit',
    ],
  ])('refuses %s', async (_, change, code) => {
    await expect(open(change)).rejects.toMatchObject({ kind: 'CONFIG', code });
  });
});
