import { randomUUID } from 'node:crypto';
import {
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import type { GetBucketLocationCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { Clock } from '../clock.js';
import { openClient, storeFailure } from './s3.js';
import type { S3Options } from './s3.js';

/** The store is none of AWS's and does not know the question. */
type Unsupported = 'unsupported';

const blocks = [
  'BlockPublicAcls',
  'IgnorePublicAcls',
  'BlockPublicPolicy',
  'RestrictPublicBuckets',
] as const;

/** How a bucket is set up, one question at a time. Throws CONFIG `store.denied` where a right is missing. */
export class BucketSettings {
  private readonly client: S3Client;
  private readonly Bucket: string;
  private readonly clock: Clock;
  private readonly how: { abortSignal: AbortSignal };

  constructor(options: S3Options, { clock, signal }: { clock: Clock; signal: AbortSignal }) {
    this.client = openClient(options);
    this.Bucket = options.bucket;
    this.clock = clock;
    this.how = { abortSignal: signal };
  }

  /** Our clock less that of the store, in milliseconds. */
  async skewMs(): Promise<number> {
    let toldAt: number | undefined;
    this.client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        toldAt = dateIn(result.response);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'tell-date' },
    );
    const sentAt = this.clock.now();
    await this.location().catch((error: unknown) => {
      // A refusal has a date as well, and may be because of the clock.
      toldAt = dateIn((error as { $response?: unknown }).$response);
      if (toldAt === undefined) throw storeFailure(error, this.how.abortSignal);
    });
    // The header has whole seconds, so half of one is the best guess.
    return toldAt === undefined ? 0 : (sentAt + this.clock.now()) / 2 - (toldAt + 500);
  }

  /** Undefined where the store has none. */
  async region(): Promise<string | undefined> {
    const answer = await this.read(() => this.location());
    if (answer === 'unsupported' || answer === 'unset') return undefined;
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html (read 2026-11)
    const place: string = answer.LocationConstraint ?? '';
    return place === 'EU' ? 'eu-west-1' : place || 'us-east-1';
  }

  /** Undefined: objects are stored as they come. */
  async encryption(): Promise<Encryption | Unsupported | undefined> {
    const { client, Bucket, how } = this;
    const answer = await this.read(
      () => client.send(new GetBucketEncryptionCommand({ Bucket }), how),
      'ServerSideEncryptionConfigurationNotFoundError',
    );
    if (answer === 'unsupported') return answer;
    if (answer === 'unset') return undefined;
    const [rule] = answer.ServerSideEncryptionConfiguration?.Rules ?? [];
    const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
    return SSEAlgorithm && { algorithm: SSEAlgorithm, hasOwnKey: Boolean(KMSMasterKeyID) };
  }

  /** The parts of the block of public access that are off. */
  async openToPublic(): Promise<string[] | Unsupported> {
    const { client, Bucket, how } = this;
    const answer = await this.read(
      () => client.send(new GetPublicAccessBlockCommand({ Bucket }), how),
      'NoSuchPublicAccessBlockConfiguration',
    );
    if (answer === 'unsupported') return answer;
    const set = answer === 'unset' ? undefined : answer.PublicAccessBlockConfiguration;
    return blocks.filter((block) => set?.[block] !== true);
  }

  async isVersioned(): Promise<boolean | Unsupported> {
    const { client, Bucket, how } = this;
    const answer = await this.read(() =>
      client.send(new GetBucketVersioningCommand({ Bucket }), how),
    );
    if (answer === 'unsupported') return answer;
    return answer !== 'unset' && answer.Status === 'Enabled';
  }

  /** What the role can read and need not, in words. */
  async rightsTooMany(): Promise<string[]> {
    const { client, Bucket, how } = this;
    const Prefix = `drawbridge-doctor-${randomUUID()}/`;
    const Key = `${Prefix}x`;
    const tried: [string, () => Promise<unknown>][] = [
      ['list all buckets', () => client.send(new ListBucketsCommand({}), how)],
      [
        'list objects beyond its prefix',
        () => client.send(new ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }), how),
      ],
      [
        'get objects beyond its prefix',
        () => client.send(new GetObjectCommand({ Bucket, Key }), how),
      ],
    ];
    const answers = await Promise.all(tried.map(([, ask]) => this.isAllowed(ask)));
    return tried.flatMap(([words], n) => (answers[n] ? [words] : []));
  }

  close(): void {
    this.client.destroy();
  }

  private location(): Promise<GetBucketLocationCommandOutput> {
    return this.client.send(new GetBucketLocationCommand({ Bucket: this.Bucket }), this.how);
  }

  /** Who may not is told so; who may hears, if anything, that nothing is there. */
  private async isAllowed(ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask();
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return true;
      const failure = storeFailure(error, this.how.abortSignal);
      if (failure.code === 'store.denied') return false;
      throw failure;
    }
  }

  /** `missing` is the error of a bucket for which the setting was never made. */
  private async read<T>(
    ask: () => Promise<T>,
    missing?: string,
  ): Promise<T | Unsupported | 'unset'> {
    try {
      return await ask();
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === missing) return 'unset';
      if (['NotImplemented', 'MethodNotAllowed'].includes(name)) return 'unsupported';
      throw storeFailure(error, this.how.abortSignal);
    }
  }
}

interface Encryption {
  algorithm: string;
  /** A key of KMS that the customer named. */
  hasOwnKey: boolean;
}

function dateIn(response: unknown): number | undefined {
  const { headers = {} } = (response ?? {}) as { headers?: Record<string, string | undefined> };
  const at = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) ? undefined : at;
}
