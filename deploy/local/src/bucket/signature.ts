import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './s3-error.js';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
}

/** What a request's signature says about its body. */
export interface Signed {
  /** `UNSIGNED-PAYLOAD`, `STREAMING-…`, or the SHA-256 that the body must have. */
  payload: string;
  /** For chunks that are signed one by one: each signature builds on the one before. */
  chunk?: { key: Buffer; scope: string; date: string; seed: string };
}

const skewMs = 15 * 60_000;

/**
 * Checks AWS Signature Version 4, in the header or in a presigned URL.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html (read 2026-11)
 */
export function verifySignature(
  request: IncomingMessage,
  url: URL,
  credentials: Credentials,
): Signed {
  const header = request.headers.authorization;
  if (header) return verifyHeader(request, url, { header, credentials });
  if (url.searchParams.has('X-Amz-Signature')) return verifyPresigned(request, url, credentials);
  throw new S3Error(403, 'AccessDenied', 'Anonymous access is forbidden.');
}

function verifyHeader(
  request: IncomingMessage,
  url: URL,
  { header, credentials }: { header: string; credentials: Credentials },
): Signed {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match)
    throw new S3Error(
      400,
      'AuthorizationHeaderMalformed',
      'The authorization header is not SigV4.',
    );
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const date = String(request.headers['x-amz-date'] ?? '');
  const payload = String(request.headers['x-amz-content-sha256'] ?? '');
  checkSkew(timeOf(date), skewMs);
  const { key, scope } = signingKey(credential, credentials);
  const canonical = canonicalRequest(request, url, {
    signedHeaders,
    payload,
    query: url.searchParams,
  });
  compare(sign(key, date, scope, canonical), signature);
  return { payload, chunk: { key, scope, date, seed: signature } };
}

function verifyPresigned(request: IncomingMessage, url: URL, credentials: Credentials): Signed {
  const take = (name: string): string => url.searchParams.get(`X-Amz-${name}`) ?? '';
  const date = take('Date');
  const age = Date.now() - timeOf(date);
  if (age > Number(take('Expires')) * 1000 || age < -skewMs)
    throw new S3Error(403, 'AccessDenied', 'Request has expired');
  const query = new URLSearchParams(url.searchParams);
  query.delete('X-Amz-Signature');
  const { key, scope } = signingKey(take('Credential'), credentials);
  const payload = 'UNSIGNED-PAYLOAD';
  const canonical = canonicalRequest(request, url, {
    signedHeaders: take('SignedHeaders'),
    payload,
    query,
  });
  compare(sign(key, date, scope, canonical), take('Signature'));
  return { payload };
}

export function sign(key: Buffer, date: string, scope: string, canonical: string): string {
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  return createHmac('sha256', key).update(text).digest('hex');
}

export function compare(expected: string, given: string): void {
  const isEqual =
    given.length === expected.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
  if (!isEqual)
    throw new S3Error(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
}

function signingKey(
  credential: string,
  { accessKeyId, secretAccessKey }: Credentials,
): { key: Buffer; scope: string } {
  const [id, ...scope] = credential.split('/');
  if (id !== accessKeyId)
    throw new S3Error(
      403,
      'InvalidAccessKeyId',
      'The AWS access key Id you provided does not exist.',
    );
  const key = scope.reduce(
    (hmac, part) => createHmac('sha256', hmac).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return { key, scope: scope.join('/') };
}

function canonicalRequest(
  request: IncomingMessage,
  url: URL,
  parts: { signedHeaders: string; payload: string; query: URLSearchParams },
): string {
  const headers = parts.signedHeaders
    .split(';')
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}\n`,
    )
    .join('');
  const query = [...parts.query]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const path = url.pathname
    .split('/')
    .map((part) => encode(decodeURIComponent(part)))
    .join('/');
  return [request.method, path, query, headers, parts.signedHeaders, parts.payload].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function timeOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!match) throw new S3Error(403, 'AccessDenied', 'The request has no valid x-amz-date.');
  const [, year, month, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

function checkSkew(time: number, allowedMs: number): void {
  if (Math.abs(Date.now() - time) > allowedMs)
    throw new S3Error(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
