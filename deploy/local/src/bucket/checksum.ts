import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { S3Error } from './s3-error.js';

type Algorithm = (body: Buffer) => Buffer;

/** By the name in `x-amz-checksum-…`; the value is base64, numbers big-endian. */
const algorithms: Record<string, Algorithm> = {
  crc32: (body) => uint32(crc32(body)),
  crc32c: (body) => uint32(crcOf(body, table32(0x82f63b78))),
  crc64nvme: (body) => crc64(body),
  sha1: (body) => createHash('sha1').update(body).digest(),
  sha256: (body) => createHash('sha256').update(body).digest(),
};

/** Refuses a body whose checksum is not the promised one; a checksum that is not known is refused too. */
export function verifyChecksums(headers: IncomingHttpHeaders, body: Buffer): void {
  for (const [name, value] of Object.entries(headers)) {
    const match = /^x-amz-checksum-([a-z0-9]+)$/.exec(name);
    if (!match || ['algorithm', 'mode', 'type'].includes(match[1] ?? '')) continue;
    const algorithm = algorithms[match[1] ?? ''];
    if (!algorithm)
      throw new S3Error(501, 'NotImplemented', `The checksum ${match[1]} is not implemented.`);
    if (algorithm(body).toString('base64') !== value)
      throw new S3Error(
        400,
        'BadDigest',
        `The ${match[1]} you specified did not match the calculated checksum.`,
      );
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function table32(polynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}

function crcOf(body: Buffer, table: Uint32Array): number {
  let crc = 0xffffffff;
  for (const byte of body) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] ?? 0);
  return ~crc;
}

/** CRC-64/NVME, reflected: https://reveng.sourceforge.io/crc-catalogue/all.htm#crc.cat.crc-64-nvme (read 2026-11). */
function crc64(body: Buffer): Buffer {
  const polynomial = 0x9a6c9329ac4bc9b5n;
  const table = Array.from({ length: 256 }, (_, n) => {
    let value = BigInt(n);
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    return value;
  });
  let crc = 0xffffffffffffffffn;
  for (const byte of body) crc = (crc >> 8n) ^ (table[Number((crc ^ BigInt(byte)) & 255n)] ?? 0n);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(crc ^ 0xffffffffffffffffn);
  return bytes;
}
