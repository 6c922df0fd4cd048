import type { IncomingHttpHeaders } from 'node:http';
import type { Check, ObjectHeader, Objects } from './objects.js';
import { S3Error } from './s3-error.js';
import type { Keys } from './storing.js';
import type { Uploads } from './uploads.js';

export interface Asked {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Stores {
  objects: Objects;
  uploads: Uploads;
  policy: Policy;
  owner: string;
  keys: Keys;
  /** By bucket; kept as it came and never obeyed. */
  lifecycles: Map<string, string>;
  /** By bucket and name of the setting; the same. */
  settings: Map<string, string>;
  region: string;
}

export interface Policy {
  mayRemove: (key: string) => boolean;
  /** False: like stores that take If-Match and If-None-Match and do not look at them. */
  heedsConditions: () => boolean;
}

const nothing = Buffer.alloc(0);
export const answer = (
  status: number,
  headers: Record<string, string> = {},
  body: Buffer | string = nothing,
): Answer => ({
  status,
  headers: typeof body === 'string' ? { 'content-type': 'application/xml', ...headers } : headers,
  body: Buffer.from(body),
});

/** The conditions of a write. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html (read 2026-11) */
export function checkOf(headers: IncomingHttpHeaders): Check {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  return (current) => {
    if (noneMatch === '*' && current) throw preconditionFailed();
    if (match === undefined) return;
    if (!current) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
    if (!matches(match, current)) throw preconditionFailed();
  };
}

export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const isKept = (name: string): boolean =>
    [
      'content-type',
      'content-encoding',
      'cache-control',
      'content-disposition',
      'content-language',
    ].includes(name) ||
    name.startsWith('x-amz-meta-') ||
    /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.test(name);
  const kept = Object.entries(headers)
    .filter(([name]) => isKept(name))
    .map(([name, value]) => [name, String(value)] as const);
  return Object.fromEntries(
    kept
      .map(([name, value]) => [
        name,
        name === 'content-encoding' ? value.replace(/aws-chunked,?/, '') : value,
      ])
      .filter(([, value]) => value !== ''),
  );
}

export function unescapeXml(text: string): string {
  const names: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (_, hex: string, decimal: string, name: string) =>
      hex
        ? String.fromCodePoint(Number.parseInt(hex, 16))
        : decimal
          ? String.fromCodePoint(Number(decimal))
          : (names[name] ?? ''),
  );
}

export function matches(condition: string, { etag }: ObjectHeader): boolean {
  return (
    condition === '*' ||
    condition.split(',').some((each) => each.trim().replaceAll('"', '') === etag)
  );
}

export function preconditionFailed(): S3Error {
  return new S3Error(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );
}
