// A small S3-compatible server for tests and for `npm start`: a test double, not a store for production.
//
// It covers, by path-style addresses: signatures (SigV4 in header and presigned URL, signed and unsigned chunks),
// checksums, PutObject, CopyObject, GetObject (ranges, conditions), HeadObject, DeleteObject(s), ListObjectsV2,
// multipart uploads, CreateBucket, HeadBucket, GetBucketLocation, the expected owner of a bucket, storage classes and the
// headers of encryption (it encrypts nothing), and lifecycle rules, default encryption, public access block and
// versioning, which it keeps and does not obey. If-Match and
// If-None-Match are atomic, also among several servers on one folder. It does not cover: versions of objects, object lock,
// encryption by a customer's own key, tagging, policies, ACLs.
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.js';
import { Objects } from './objects.js';
import { answerTo } from './operations.js';
import type { Answer, Asked, Policy, Stores } from './answer.js';
import { S3Error, errorXml } from './s3-error.js';
import { verifySignature } from './signature.js';
import type { Keys } from './storing.js';
import { Uploads } from './uploads.js';

export interface BucketOptions {
  directory: string;
  port: number;
  accessKeyId: string;
  secretAccessKey: string;
  /** Made at the start; `drawbridge` unless given. */
  bucket?: string;
  /** The account that it belongs to; 111122223333 unless given. */
  owner?: string;
  /** us-east-1 unless given. */
  region?: string;
}

/** What the server can be told to do wrong. Each request takes the first mood that fits. */
export interface Mood {
  /** Requests that it is for; all unless given. */
  fits?: (method: string, key: string, query: URLSearchParams) => boolean;
  /** How many requests it spoils. */
  times: number;
  /**
   * `error`: answers so. `cut`: cuts the line. `lose`: does what was asked, and cuts the line before the answer. `hang`:
   * never answers.
   */
  does: { error: S3Error } | 'cut' | 'lose' | 'hang';
}

export interface Bucket {
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  moods: Mood[];
  /** Like a bucket policy that allows removing these objects and no others. */
  policy: Policy;
  /** Keys of KMS that objects may be encrypted with. */
  keys: Keys;
  close(): Promise<void>;
}

export async function openBucket(options: BucketOptions): Promise<Bucket> {
  const { directory, port, accessKeyId, secretAccessKey, bucket = 'drawbridge' } = options;
  await mkdir(directory, { recursive: true });
  const policy: Policy = { mayRemove: () => true, heedsConditions: () => true };
  const keys: Keys = new Map();
  const stores = {
    objects: new Objects(directory),
    uploads: new Uploads(directory),
    policy,
    owner: options.owner ?? '111122223333',
    keys,
    lifecycles: new Map(),
    settings: new Map(),
    region: options.region ?? 'us-east-1',
  };
  await stores.objects.createBucket(bucket);
  const moods: Mood[] = [];
  const server = createServer((request, response) => {
    void serve({ request, response, stores, moods, credentials: { accessKeyId, secretAccessKey } });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    accessKeyId,
    secretAccessKey,
    moods,
    policy,
    keys,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

interface Serving {
  request: IncomingMessage;
  response: ServerResponse;
  stores: Stores;
  moods: Mood[];
  credentials: { accessKeyId: string; secretAccessKey: string };
}

async function serve(serving: Serving): Promise<void> {
  const { request, response, stores, moods, credentials } = serving;
  const url = new URL(request.url ?? '/', 'http://localhost');
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  try {
    const signed = verifySignature(request, url, credentials);
    const body = await readBody(request, signed);
    const mood = moodFor(moods, { method: request.method ?? 'GET', key, query: url.searchParams });
    if (mood && typeof mood === 'object') throw mood.error;
    if (mood === 'hang') return;
    if (mood === 'cut') return void request.socket.destroy();
    const answer = await answerTo(
      {
        method: request.method ?? 'GET',
        bucket,
        key,
        query: url.searchParams,
        headers: request.headers,
        body,
      },
      stores,
    );
    if (mood === 'lose') request.socket.destroy();
    else send(response, answer, request.method === 'HEAD');
  } catch (error) {
    request.resume();
    const s3 = error instanceof S3Error ? error : new S3Error(500, 'InternalError', String(error));
    send(
      response,
      {
        status: s3.status,
        headers: { 'content-type': 'application/xml' },
        body: Buffer.from(errorXml(s3, url.pathname)),
      },
      request.method === 'HEAD',
    );
  }
}

function moodFor(
  moods: Mood[],
  { method, key, query }: Pick<Asked, 'method' | 'key' | 'query'>,
): Mood['does'] | undefined {
  const mood = moods.find(({ times, fits }) => times > 0 && (fits?.(method, key, query) ?? true));
  if (!mood) return undefined;
  mood.times -= 1;
  return mood.does;
}

function send(response: ServerResponse, { status, headers, body }: Answer, isHead: boolean): void {
  response.writeHead(status, {
    'content-length': body.length,
    ...headers,
    'x-amz-request-id': 'local',
  });
  response.end(isHead || status === 304 ? undefined : body);
}
