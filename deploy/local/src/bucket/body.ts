import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { verifyChecksums } from './checksum.js';
import { S3Error } from './s3-error.js';
import { compare } from './signature.js';
import type { Signed } from './signature.js';

/** A whole request body, after every promise about it was checked: its hash, its chunks' signatures, its checksums. */
export async function readBody(request: IncomingMessage, signed: Signed): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const isChunked = signed.payload.startsWith('STREAMING-');
  const { body, trailers } = isChunked ? unchunk(raw, signed) : { body: raw, trailers: {} };
  if (/^[0-9a-f]{64}$/.test(signed.payload) && sha256(body) !== signed.payload)
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      'The provided x-amz-content-sha256 does not match what was computed.',
    );
  const decoded = request.headers['x-amz-decoded-content-length'];
  if (isChunked && decoded !== undefined && Number(decoded) !== body.length)
    throw new S3Error(400, 'IncompleteBody', 'The body has another length than it promised.');
  verifyMd5(request, body);
  verifyChecksums({ ...request.headers, ...trailers }, body);
  return body;
}

/**
 * aws-chunked: `size[;chunk-signature=…]\r\n data \r\n … 0 \r\n trailers`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html (read 2026-11)
 */
function unchunk(raw: Buffer, signed: Signed): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  let at = 0;
  let previous = signed.chunk?.seed ?? '';
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    if (end < 0)
      throw new S3Error(400, 'IncompleteBody', 'The body ends in the middle of a chunk.');
    const [size = '', extension = ''] = raw.toString('latin1', at, end).split(';');
    const length = Number.parseInt(size, 16);
    const data = raw.subarray(end + 2, end + 2 + length);
    if (Number.isNaN(length) || data.length !== length)
      throw new S3Error(400, 'IncompleteBody', 'The body ends in the middle of a chunk.');
    if (signed.payload.includes('HMAC-SHA256-PAYLOAD')) {
      const expected = chunkSignature(signed, previous, data);
      compare(expected, extension.replace('chunk-signature=', ''));
      previous = expected;
    }
    at = end + 2 + length;
    if (length === 0) break;
    chunks.push(data);
    at += 2;
  }
  return { body: Buffer.concat(chunks), trailers: trailersOf(raw.toString('latin1', at)) };
}

function chunkSignature({ chunk }: Signed, previous: string, data: Buffer): string {
  if (!chunk) throw new S3Error(403, 'AccessDenied', 'Signed chunks need a signed request.');
  const text = [
    'AWS4-HMAC-SHA256-PAYLOAD',
    chunk.date,
    chunk.scope,
    previous,
    sha256(''),
    sha256(data),
  ].join('\n');
  return createHmac('sha256', chunk.key).update(text).digest('hex');
}

function trailersOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
}

function verifyMd5(request: IncomingMessage, body: Buffer): void {
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5)
    throw new S3Error(
      400,
      'BadDigest',
      'The Content-MD5 you specified did not match what we received.',
    );
}

function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
