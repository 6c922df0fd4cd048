import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput, _Error } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { asAgent } from '../connector/journey.js';
import { Failure, diskFull } from '../failure.js';
import { httpAgents, wayOut } from '../proxy.js';
import { ByteGate } from './byte-gate.js';
import type {
  ListRange,
  ListedObject,
  ObjectPointer,
  Store,
  StoredObject,
  WriteCondition,
} from './store.js';

export interface S3Options {
  bucket: string;
  /** Without slashes at the ends; may be empty. */
  prefix: string;
  /** Given for stores that are not AWS; they are addressed by path. */
  endpoint?: string;
  region?: string;
  /** How long a request may stand still, in milliseconds; 30,000 unless given. */
  stillMs?: number;
}

const partBytes = 8 << 20;
/** What goes in one request, and is in memory meanwhile. */
const wholeBytes = 32 << 20;
/** Of all uploads together. */
const bytesInMemory = 32 << 20;
/** How often a write is tried that another one of the same name, maybe our own, has not let through. */
const conflictTries = 5;
/** What one CopyObject takes. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html (read 2026-11) */
const maxCopyBytes = 5 * 2 ** 30;
/** A bucket that takes a connection and says nothing must not hold a run for ever. */
const defaultStillMs = 30_000;

/** The customer's bucket through the AWS SDK. */
export function openS3Store(options: S3Options): Store & { close(): void } {
  return new S3Store(openClient(options), options);
}

/** Credentials come from the SDK's own chain. */
export function openClient(options: S3Options): S3Client {
  const client = new S3Client({
    ...(options.region ? { region: options.region } : {}),
    ...(options.endpoint ? { endpoint: options.endpoint, forcePathStyle: true } : {}),
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: options.stillMs ?? defaultStillMs,
      ...(wayOut() && httpAgents({ keepAlive: true, maxSockets: 50 })),
    },
  });
  // The agent's own, whoever asks, and so is whatever the chain of credentials opens for it.
  client.middlewareStack.add((next) => (args) => asAgent(() => next(args)), {
    step: 'initialize',
    priority: 'high',
    name: 'agents-own',
  });
  return client;
}

class S3Store implements Store {
  readonly url: string;
  bytesWritten = 0;
  private readonly gate = new ByteGate(bytesInMemory);
  /** Memory of files that were sent; a new one for each would stay until the next collection. */
  private spare: Buffer[] = [];

  constructor(
    private readonly client: S3Client,
    private readonly options: S3Options,
  ) {
    this.url = `s3://${options.bucket}/${options.prefix ? `${options.prefix}/` : ''}`;
  }

  async get(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    try {
      const answer = await this.client.send(new GetObjectCommand(this.at(key)), abortable(signal));
      return { body: await bodyOf(answer.Body), etag: answer.ETag ?? '' };
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw storeFailure(error, signal);
    }
  }

  async download(
    object: ObjectPointer | ListedObject,
    path: string,
    signal?: AbortSignal,
  ): Promise<void> {
    const hash = createHash('sha256');
    let bytes = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    try {
      const { Body } = await this.client.send(
        new GetObjectCommand(this.at(object.key)),
        abortable(signal),
      );
      await pipeline(Body as Readable, count, createWriteStream(path));
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') throw gone(object.key);
      throw storeFailure(error, signal);
    }
    const isSame = !('sha256' in object) || hash.digest('hex') === object.sha256;
    if (bytes === object.bytes && isSame) return;
    await rm(path, { force: true });
    throw new Failure(
      'CONFIG',
      'store.corrupt',
      'An object in the bucket is not what the agent wrote.',
      { detail: object.key },
    );
  }

  async put(key: string, body: Uint8Array, condition?: WriteCondition): Promise<{ etag: string }> {
    try {
      const command = { ...this.at(key), Body: body, ...headersOf(condition) };
      const { ETag } = await throughConflicts(() =>
        this.client.send(new PutObjectCommand(command)),
      );
      this.bytesWritten += body.length;
      return { etag: ETag ?? '' };
    } catch (error) {
      const failure = storeFailure(error);
      // The SDK tries again when an answer is lost; then our own first write is what the condition meets.
      const own = failure.code === 'store.conflict' && (await this.ownWrite(key, body));
      if (!own) throw failure;
      return own;
    }
  }

  async upload(key: string, path: string, signal?: AbortSignal): Promise<ObjectPointer> {
    const { size } = await stat(path);
    const isWhole = size <= wholeBytes;
    try {
      const sha256 = await this.gate.with(isWhole ? size : 3 * partBytes, () =>
        isWhole ? this.sendWhole(key, path, signal) : this.sendInParts(key, path, signal),
      );
      this.bytesWritten += size;
      return { key, bytes: size, sha256 };
    } catch (error) {
      const failure = storeFailure(error, signal);
      // A name of ours is given once, so what is there under it is an earlier try of this very upload.
      if (failure.code !== 'store.conflict') throw failure;
      return { key, bytes: size, sha256: await sha256Of(path) };
    }
  }

  private async sendWhole(key: string, path: string, signal?: AbortSignal): Promise<string> {
    const { memory, body } = await this.read(path);
    const command = new PutObjectCommand({ ...this.at(key), Body: body, IfNoneMatch: '*' });
    await throughConflicts(() => this.client.send(command, abortable(signal)));
    const sha256 = createHash('sha256').update(body).digest('hex');
    // After a failure nobody knows who still reads it.
    this.spare.push(memory);
    return sha256;
  }

  private async read(path: string): Promise<{ memory: Buffer; body: Buffer }> {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      let memory = this.spare.pop();
      if (!memory || memory.length < size) memory = Buffer.allocUnsafeSlow(size);
      let length = 0;
      for (let read = -1; read !== 0 && length < size; length += read)
        read = (await file.read(memory, length, size - length)).bytesRead;
      return { memory, body: memory.subarray(0, length) };
    } finally {
      await file.close();
    }
  }

  private async sendInParts(key: string, path: string, signal?: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    const body = createReadStream(path, { highWaterMark: 1 << 20 });
    body.on('data', (chunk) => hash.update(chunk));
    const upload = new Upload({
      client: this.client,
      params: { ...this.at(key), Body: body, IfNoneMatch: '*' },
      partSize: partBytes,
      queueSize: 2,
    });
    const stop = (): void => void upload.abort();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await upload.done();
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return hash.digest('hex');
  }

  async copy(from: ObjectPointer, key: string, signal?: AbortSignal): Promise<ObjectPointer> {
    if (from.bytes > maxCopyBytes) throw noCopy();
    const { Bucket, Key } = this.at(from.key);
    const CopySource = [Bucket, ...Key.split('/')].map(encodeURIComponent).join('/');
    try {
      const command = new CopyObjectCommand({ ...this.at(key), CopySource });
      await this.client.send(command, abortable(signal));
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') throw gone(from.key);
      throw nameOf(error) === 'NotImplemented' ? noCopy(error) : storeFailure(error, signal);
    }
    return { ...from, key };
  }

  async *list(of: string | ListRange, signal?: AbortSignal): AsyncIterable<ListedObject> {
    const start = this.at('').Key.length;
    const { prefix, after } = typeof of === 'string' ? { prefix: of, after: undefined } : of;
    const asked = { Prefix: prefix, ...(after && { StartAfter: this.at(after).Key }) };
    for await (const { Contents = [] } of this.pages(asked, signal))
      for (const { Key = '', Size = 0, LastModified } of Contents)
        yield { key: Key.slice(start), bytes: Size, modified: LastModified?.getTime() ?? Infinity };
  }

  async *folders(prefix: string, signal?: AbortSignal): AsyncIterable<string> {
    const start = this.at(prefix).Key.length;
    for await (const { CommonPrefixes = [] } of this.pages(
      { Prefix: prefix, Delimiter: '/' },
      signal,
    ))
      for (const { Prefix = '' } of CommonPrefixes) yield Prefix.slice(start);
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let n = 0; n < keys.length; n += 1000) {
      const Objects = keys.slice(n, n + 1000).map((key) => ({ Key: this.at(key).Key }));
      const Delete = { Objects, Quiet: true };
      const { Errors: [first] = [] } = await this.client
        .send(new DeleteObjectsCommand({ Bucket: this.options.bucket, Delete }))
        .catch((error: unknown) => {
          throw storeFailure(error);
        });
      if (first) throw storeFailure(notRemoved(first));
    }
  }

  async check(signal?: AbortSignal): Promise<void> {
    const key = `v1/check-${randomUUID()}`;
    const body = Buffer.from('drawbridge');
    const { etag } = await this.put(key, body, { ifNoneMatch: '*' });
    try {
      await this.mustConflict(key, { ifNoneMatch: '*' });
      await this.mustConflict(key, { ifMatch: '"00000000000000000000000000000000"' });
      await this.put(key, Buffer.from('drawbridge, again'), { ifMatch: etag });
      if (!(await this.get(key, signal)))
        throw new Failure(
          'CONFIG',
          'store.denied',
          'The agent may write to the bucket but not read from it.',
        );
    } finally {
      await this.remove([key]);
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async mustConflict(key: string, condition: WriteCondition): Promise<void> {
    const isRefused = await this.client
      .send(
        new PutObjectCommand({ ...this.at(key), Body: Buffer.from('x'), ...headersOf(condition) }),
      )
      .then(() => false)
      .catch((error: unknown) => storeFailure(error).code === 'store.conflict');
    if (!isRefused)
      throw new Failure(
        'CONFIG',
        'store.no_conditions',
        'The store ignores conditional writes, so two agents could overwrite each other. Use one that honours If-Match and If-None-Match.',
      );
  }

  private async ownWrite(key: string, body: Uint8Array): Promise<{ etag: string } | undefined> {
    const there = await this.get(key);
    return there && Buffer.compare(there.body, body) === 0 ? { etag: there.etag } : undefined;
  }

  private async *pages(
    asked: { Prefix: string; Delimiter?: string; StartAfter?: string },
    signal: AbortSignal | undefined,
  ): AsyncIterable<ListObjectsV2CommandOutput> {
    const { Bucket, Key: Prefix } = this.at(asked.Prefix);
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...asked, Bucket, Prefix, ContinuationToken });
      const page: ListObjectsV2CommandOutput = await this.client
        .send(command, abortable(signal))
        .catch((error: unknown) => {
          throw storeFailure(error, signal);
        });
      yield page;
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  private at(key: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.options;
    return { Bucket: bucket, Key: prefix ? `${prefix}/${key}` : key };
  }
}

function headersOf(condition: WriteCondition | undefined): {
  IfMatch?: string;
  IfNoneMatch?: string;
} {
  if (!condition) return {};
  return 'ifMatch' in condition
    ? { IfMatch: condition.ifMatch }
    : { IfNoneMatch: condition.ifNoneMatch };
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

async function bodyOf(body: unknown): Promise<Uint8Array> {
  return (body as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray();
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** What a request that went well says of one object is what it would have said of a request for that one. */
function notRemoved({ Code = '', Message = '', Key = '' }: _Error): S3ServiceException {
  const status = { AccessDenied: 403, SlowDown: 503 }[Code] ?? 500;
  return new S3ServiceException({
    name: Code,
    $fault: status === 403 ? 'client' : 'server',
    message: `${Message} (${Key})`,
    $metadata: { httpStatusCode: status },
  });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

function gone(key: string): Failure {
  return new Failure(
    'CONFIG',
    'store.missing',
    'An object that the agent wrote is no longer in the bucket.',
    { detail: key },
  );
}

function noCopy(cause?: unknown): Failure {
  return new Failure(
    'INTERNAL',
    'store.no_copy',
    'The store can not copy the object by itself.',
    cause === undefined ? {} : { cause },
  );
}

/**
 * A write that met another one under way says nothing of which of them wins; when the other one has ended, it is told.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (read 2026-11)
 */
async function throughConflicts<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1)
    try {
      return await send();
    } catch (error) {
      if (nameOf(error) !== 'ConditionalRequestConflict' || tries === conflictTries) throw error;
      await sleep(50 * 2 ** tries);
    }
}

/** The SDK's errors, sorted by who must act. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (read 2026-11) */
export function storeFailure(error: unknown, signal?: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  signal?.throwIfAborted();
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return diskFull(error);
  const name = nameOf(error);
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  const options = {
    detail: error instanceof Error ? `${name}: ${error.message}` : String(error),
    cause: error,
    vendorCode: status ? String(status) : '',
  };
  if (status === 412)
    return new Failure(
      'INTERNAL',
      'store.conflict',
      'Somebody else wrote the object first.',
      options,
    );
  if (name === 'NoSuchBucket')
    return new Failure(
      'CONFIG',
      'store.no_bucket',
      'The bucket does not exist. Check DRAWBRIDGE_BUCKET and the region.',
      options,
    );
  if (name === 'CredentialsProviderError')
    return new Failure(
      'CONFIG',
      'store.no_credentials',
      'The agent has no credentials for the bucket.',
      options,
    );
  if (status === 401 || status === 403)
    return new Failure(
      'CONFIG',
      'store.denied',
      'The bucket refuses the agent. It needs to get, put, list and delete objects below its prefix.',
      options,
    );
  if (status === 503 || name === 'SlowDown' || name === 'ConditionalRequestConflict')
    return new Failure('TRANSIENT', 'store.slow_down', 'The bucket asks to slow down.', options);
  if (status === 0 || status >= 500)
    return new Failure('TRANSIENT', 'store.unreachable', 'The bucket does not answer.', options);
  return new Failure('INTERNAL', 'store.refused', 'The bucket refuses the request.', options);
}
