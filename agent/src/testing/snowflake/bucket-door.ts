import { createReadStream } from 'node:fs';
import { ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { SnowflakeError } from './snowflake-error.js';

/** How a bucket is reached: by the keys of a stage, or as the role that an integration stands for. */
export interface BucketKeys {
  /** Of an S3-compatible store; AWS unless given. */
  endpoint?: string;
  region?: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** A bucket that rows are unloaded into. Its refusals are those of the statement. */
export class BucketDoor {
  readonly #client: S3Client;

  constructor(
    readonly bucket: string,
    keys: BucketKeys,
  ) {
    const { endpoint, region = 'us-east-1', accessKeyId, secretAccessKey } = keys;
    this.#client = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 3,
      ...(endpoint !== undefined && { endpoint: addressed(endpoint), forcePathStyle: true }),
    });
  }

  async isEmpty(prefix: string): Promise<boolean> {
    const listed = await told(
      this.#client.send(
        new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, MaxKeys: 1 }),
      ),
    );
    return (listed.Contents ?? []).length === 0;
  }

  async put(key: string, file: string, signal: AbortSignal): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.bucket, Key: key, Body: createReadStream(file) },
    });
    const abort = (): void => void upload.abort();
    signal.addEventListener('abort', abort);
    try {
      await told(upload.done());
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

/** Stages name an endpoint without a scheme; only on this machine it is one without TLS. */
function addressed(endpoint: string): string {
  if (/^https?:/.test(endpoint)) return endpoint;
  return `${/^(127\.0\.0\.1|localhost)(:|$)/.test(endpoint) ? 'http' : 'https'}://${endpoint}`;
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    const name = error instanceof Error ? error.name : 'Error';
    throw new SnowflakeError(
      '091003',
      '22000',
      status === 403
        ? `Failure using stage area. Cause: [Access Denied (Status Code: 403; Error Code: ${name})]`
        : `Failure using stage area. Cause: [${name} (Status Code: ${status ?? 0})]`,
    );
  }
}
