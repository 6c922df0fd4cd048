import { inflateRawSync } from 'node:zlib';

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (6.3.10, read 2026-11): sections 4.3.7, 4.3.12, 4.3.16
const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const stored = 0;
const deflated = 8;

/** One file of an archive that is in memory. Throws when it is not there, or packed by another method than deflate. */
export function zipEntry(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(signatureOf(endOfDirectory));
  if (end < 0) throw new Error('This is no zip archive.');
  const entries = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let n = 0; n < entries; n += 1) {
    if (archive.readUInt32LE(at) !== directoryEntry)
      throw new Error('The archive’s directory is damaged.');
    const nameLength = archive.readUInt16LE(at + 28);
    const nextAt =
      at + 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (archive.toString('utf8', at + 46, at + 46 + nameLength) === name)
      return unpacked(archive, at);
    at = nextAt;
  }
  throw new Error(`The archive has no ${name}.`);
}

function unpacked(archive: Buffer, at: number): Buffer {
  const method = archive.readUInt16LE(at + 10);
  const packedBytes = archive.readUInt32LE(at + 20);
  const local = archive.readUInt32LE(at + 42);
  const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(from, from + packedBytes);
  if (method === stored) return packed;
  if (method === deflated) return inflateRawSync(packed);
  throw new Error(`The archive uses method ${method}, not deflate.`);
}

function signatureOf(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
