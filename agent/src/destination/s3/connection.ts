import { S3Client } from '@aws-sdk/client-s3';
import { hostOf } from '../../connector/journey.js';
import type { HostPort } from '../../connector/journey.js';
import type { Fields, SecretsOf, SettingsOf } from '../../connector/field.js';
import { vendorAgents } from '../../connector/vendor-agents.js';

export const settings = {
  bucket: { type: 'text', label: 'Bucket', required: true, example: 'acme-exports' },
  prefix: {
    type: 'text',
    label: 'Prefix',
    help: 'Everything is written below it.',
    default: '',
    example: 'drawbridge',
  },
  region: { type: 'text', label: 'Region', example: 'eu-central-1' },
  endpoint: {
    type: 'text',
    label: 'Endpoint',
    help: 'For stores that are not AWS.',
    example: 'https://minio.example.com',
  },
  pathStyle: {
    type: 'boolean',
    label: 'Bucket in the path',
    help: 'Instead of in the host’s name; true where an endpoint is given, unless set.',
  },
  bucketOwner: {
    type: 'text',
    label: 'Account of the bucket',
    help: 'Twelve digits. Nothing is written when the bucket is somebody else’s.',
    example: '111122223333',
  },
  encryption: {
    type: 'choice',
    label: 'Encryption',
    help: 'What the bucket does by itself, the keys of S3 (AES256), or one of KMS.',
    choices: ['bucket', 'AES256', 'aws:kms'],
    default: 'bucket',
  },
  kmsKey: {
    type: 'text',
    label: 'KMS key',
    help: 'Its id or ARN; the account’s own key for S3 unless given.',
    when: { field: 'encryption', is: ['aws:kms'] },
  },
  acl: {
    type: 'choice',
    label: 'ACL',
    help: 'For a bucket of another account that still has ACLs.',
    choices: ['none', 'bucket-owner-full-control'],
    default: 'none',
  },
  checksums: {
    type: 'boolean',
    label: 'Checksums',
    help: 'Off for stores that do not know the checksums that came in 2025.',
    default: true,
  },
} as const satisfies Fields;

export const secrets = {
  accessKeyId: {
    type: 'text',
    label: 'Access key id',
    help: 'Without keys the agent’s own are used: its role, environment or profile.',
  },
  secretAccessKey: { type: 'text', label: 'Secret access key' },
  sessionToken: { type: 'text', label: 'Session token' },
} as const satisfies Fields;

export type Settings = SettingsOf<typeof settings>;
export type Secrets = SecretsOf<typeof secrets>;

/** Without a region it is the environment that says where the bucket is, and the SDK. */
export function hostsOf({ bucket, region, endpoint, pathStyle }: Settings): readonly HostPort[] {
  const url = URL.parse(endpoint ?? (region ? `https://s3.${region}.amazonaws.com` : ''));
  if (!url) return [];
  if (!(pathStyle ?? endpoint !== undefined)) url.hostname = `${bucket}.${url.hostname}`;
  return hostOf(url.href);
}

/** A bucket that takes a connection and says nothing must not hold a run for ever. */
const stillMs = 30_000;

export function openClient(given: Settings, known: Secrets): S3Client {
  const { region, endpoint, pathStyle, checksums } = given;
  const { accessKeyId, secretAccessKey, sessionToken } = known;
  const when = checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  return new S3Client({
    ...(region ? { region } : endpoint ? { region: 'us-east-1' } : {}),
    ...(endpoint ? { endpoint } : {}),
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    ...(accessKeyId && secretAccessKey
      ? {
          credentials: {
            accessKeyId,
            secretAccessKey,
            ...(sessionToken ? { sessionToken } : {}),
          },
        }
      : {}),
    requestChecksumCalculation: when,
    responseChecksumValidation: when,
    // One of the parts of a large file may fail; all of them would be sent again for it. Else the engine tries again.
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 10_000, socketTimeout: stillMs, ...vendorAgents() },
  });
}
