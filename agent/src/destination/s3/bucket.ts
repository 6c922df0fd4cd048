import { readFile } from 'node:fs/promises';
import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { LastCheck } from '../../connector/destination.js';
import { Failure } from '../../failure.js';
import type { Settings } from './connection.js';
import { s3Failure } from './failures.js';
import { uploadInParts } from './multipart.js';
import type { Sendings } from './sendings.js';

/** In one request, and in memory meanwhile. */
const wholeBytes = 16 << 20;
/** What one DeleteObjects takes. */
const removedAtOnce = 1_000;

type How = Partial<Pick<PutObjectCommandInput, 'ContentType' | 'StorageClass' | 'Metadata'>>;

interface Leaving {
  signal: AbortSignal;
  lastCheck: LastCheck;
  /** Counts the attempts that may have been done. */
  sendings?: Sendings;
}

/** The customer's bucket, in our own words. Keys are whole. */
export class Bucket {
  constructor(
    private readonly client: S3Client,
    private readonly settings: Settings,
  ) {}

  /** `lastCheck` is called when the request is signed and nothing but sending it is left, before each attempt. */
  async put(
    key: string,
    body: string,
    { signal, lastCheck, sendings, ...how }: How & Leaving,
  ): Promise<void> {
    const command = new PutObjectCommand({ ...this.written(key), ...how, Body: Buffer.from(body) });
    command.middlewareStack.add(
      (send) => async (args) => {
        lastCheck();
        return sendings ? sendings.count(() => send(args)) : send(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await this.translated(() => this.client.send(command, { abortSignal: signal }), signal);
  }

  /** Large files in parts; what is not complete is ended when it fails. */
  async upload(
    key: string,
    file: { path: string; bytes: number },
    { signal, ...how }: How & { signal: AbortSignal },
  ): Promise<void> {
    const params = { ...this.written(key), ...how };
    await this.translated(
      () =>
        file.bytes <= wholeBytes
          ? this.uploadWhole(params, file.path, signal)
          : uploadInParts(this.client, this.summed(params), { ...file, signal }),
      signal,
    );
  }

  private async uploadWhole(
    params: PutObjectCommandInput,
    path: string,
    abortSignal: AbortSignal,
  ): Promise<void> {
    const command = new PutObjectCommand({ ...params, Body: await readFile(path) });
    await this.client.send(command, { abortSignal });
  }

  async has(key: string, signal: AbortSignal): Promise<boolean> {
    const command = new HeadObjectCommand(this.at(key));
    return this.translated(
      () =>
        this.client.send(command, { abortSignal: signal }).then(
          () => true,
          (error: unknown) => {
            if ((error as Error).name === 'NotFound') return false;
            throw error;
          },
        ),
      signal,
    );
  }

  /** Every key that begins so. */
  async *keys(prefix: string, signal: AbortSignal): AsyncGenerator<string> {
    for await (const { Contents = [] } of this.pages({ Prefix: prefix }, signal))
      for (const { Key = '' } of Contents) yield Key;
  }

  /** What stands between a prefix and the next slash, for each key that has one, at most so many; with the slash. */
  async folders(prefix: string, most: number, signal: AbortSignal): Promise<string[]> {
    const found: string[] = [];
    for await (const { CommonPrefixes = [] } of this.pages(
      { Prefix: prefix, Delimiter: '/' },
      signal,
    )) {
      found.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(prefix.length)));
      if (found.length >= most) break;
    }
    return found.slice(0, most);
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<void> {
    for (let n = 0; n < keys.length; n += removedAtOnce) {
      const Objects = keys.slice(n, n + removedAtOnce).map((Key) => ({ Key }));
      const command = new DeleteObjectsCommand({ ...this.named, Delete: { Objects, Quiet: true } });
      const { Errors: [first] = [] } = await this.translated(
        () => this.client.send(command, { abortSignal: signal }),
        signal,
      );
      if (first) throw notRemoved(`${first.Code}: ${first.Message} (${first.Key})`);
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async *pages(asked: { Prefix: string; Delimiter?: string }, signal: AbortSignal) {
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...this.named, ...asked, ContinuationToken });
      const page = await this.translated(
        () => this.client.send(command, { abortSignal: signal }),
        signal,
      );
      yield page;
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  private get named(): { Bucket: string; ExpectedBucketOwner?: string } {
    const { bucket, bucketOwner } = this.settings;
    return { Bucket: bucket, ...(bucketOwner && { ExpectedBucketOwner: bucketOwner }) };
  }

  private at(key: string) {
    return { ...this.named, Key: key };
  }

  private written(key: string): PutObjectCommandInput {
    const { encryption, kmsKey, acl } = this.settings;
    return {
      ...this.at(key),
      ...(encryption === 'AES256' && { ServerSideEncryption: 'AES256' }),
      // One data key of KMS for many files, as each call of KMS costs time and money.
      ...(encryption === 'aws:kms' && { ServerSideEncryption: 'aws:kms', BucketKeyEnabled: true }),
      ...(kmsKey && { SSEKMSKeyId: kmsKey }),
      ...(acl === 'bucket-owner-full-control' && { ACL: acl }),
    };
  }

  /** What has parts has to say beforehand which checksums they come with. */
  private summed(params: PutObjectCommandInput): PutObjectCommandInput {
    return this.settings.checksums ? { ...params, ChecksumAlgorithm: 'CRC32' } : params;
  }

  private async translated<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw s3Failure(error, signal);
    }
  }
}

function notRemoved(detail: string): Failure {
  return new Failure(
    'CONFIG',
    'destination.bucket_forbidden',
    'The bucket does not let the agent remove what it wrote.',
    { detail },
  );
}
