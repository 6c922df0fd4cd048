import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import type { LifecycleRule as WireRule } from '@aws-sdk/client-s3';
import { openClient, storeFailure } from './s3.js';
import type { S3Options } from './s3.js';

/** What a rule of the bucket does to the objects that it is for. Rules that are switched off are none. */
export interface LifecycleRule {
  /** As the customer calls it. */
  id: string;
  /** Of keys, from the root of the bucket. */
  prefix: string;
  /** Only for objects with tags; the agent gives them none. */
  isTagged: boolean;
  /** Days from the writing of an object, 0 for a date; undefined: never. */
  expiresAfter: number | undefined;
  /** The same, for a class that must be restored from before it can be read. */
  archivesAfter: number | undefined;
}

/** Glacier Instant Retrieval answers at once. https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html (read 2026-11) */
const archives = ['GLACIER', 'DEEP_ARCHIVE'];

/** The bucket's rules; none where the store has no such thing. */
export async function lifecycleOf(
  options: S3Options,
  signal: AbortSignal,
): Promise<LifecycleRule[]> {
  const client = openClient(options);
  try {
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket: options.bucket });
    const { Rules = [] } = await client.send(command, { abortSignal: signal });
    return Rules.filter(({ Status }) => Status === 'Enabled').map(ruleOf);
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (['NoSuchLifecycleConfiguration', 'NotImplemented'].includes(name)) return [];
    throw storeFailure(error, signal);
  } finally {
    client.destroy();
  }
}

function ruleOf({
  ID = '',
  Prefix,
  Filter = {},
  Expiration,
  Transitions = [],
}: WireRule): LifecycleRule {
  const { And } = Filter;
  const expires = Expiration && (Expiration.Days ?? (Expiration.Date ? 0 : undefined));
  const archived = Transitions.filter(({ StorageClass = '' }) => archives.includes(StorageClass));
  return {
    id: ID,
    // Before there were filters, a rule had a prefix of its own.
    prefix: And?.Prefix ?? Filter.Prefix ?? Prefix ?? '',
    isTagged: Filter.Tag !== undefined || (And?.Tags ?? []).length > 0,
    expiresAfter: expires,
    archivesAfter:
      archived.length > 0 ? Math.min(...archived.map(({ Days = 0 }) => Days)) : undefined,
  };
}
