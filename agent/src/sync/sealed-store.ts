import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../failure.js';
import type { Store } from '../store/store.js';

// A store that encrypts what fingerprints are in, with AES-256-GCM. An object is: the magic, a nonce of 12 bytes, the
// ciphertext, a tag of 16 bytes. Its pointer has the digest of that, and the length of what is in it, which is what
// local copies are known by.

const magic = Buffer.from('DBSEAL1\n');
const nonceBytes = 12;
const tagBytes = 16;
const besideBytes = magic.length + nonceBytes + tagBytes;

const isSealed = (key: string): boolean =>
  /\/baseline\/(fingerprint|rejected)\/|\/plan\/part-\d+-waiting-/.test(key);

/** `workDir` takes the ciphertext while it goes up or comes down. */
export function sealedStore(store: Store, key: Buffer, workDir: string): Store {
  const scratch = (): string => join(workDir, `sealed-${randomUUID()}`);
  return {
    url: store.url,
    get: (name, signal) => store.get(name, signal),
    put: (name, body, condition) => store.put(name, body, condition),
    copy: (from, name, signal) => store.copy(from, name, signal),
    list: (of, signal) => store.list(of, signal),
    folders: (prefix, signal) => store.folders(prefix, signal),
    remove: (names) => store.remove(names),
    check: (signal) => store.check(signal),
    async upload(name, path, signal) {
      if (!isSealed(name)) return store.upload(name, path, signal);
      const file = scratch();
      try {
        await seal(path, file, key);
        const pointer = await store.upload(name, file, signal);
        return { ...pointer, bytes: pointer.bytes - besideBytes };
      } finally {
        await rm(file, { force: true });
      }
    },
    async download(pointer, path, signal) {
      if (!isSealed(pointer.key)) return store.download(pointer, path, signal);
      const file = scratch();
      try {
        const whole = { ...pointer, bytes: pointer.bytes + besideBytes };
        await store.download(whole, file, signal);
        await unseal(file, path, key);
      } finally {
        await rm(file, { force: true });
      }
    },
    get bytesWritten() {
      return store.bytesWritten;
    },
  };
}

async function seal(from: string, to: string, key: Buffer): Promise<void> {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const out = createWriteStream(to);
  out.write(Buffer.concat([magic, nonce]));
  await pipeline(createReadStream(from), cipher, out, { end: false });
  await new Promise<void>((resolve, reject) => {
    out.once('error', reject);
    out.end(cipher.getAuthTag(), resolve);
  });
}

async function unseal(from: string, to: string, key: Buffer): Promise<void> {
  const { size } = await stat(from);
  const head = await bytesOf(from, 0, magic.length + nonceBytes);
  if (size < besideBytes || !head.subarray(0, magic.length).equals(magic)) throw broken();
  const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(magic.length));
  decipher.setAuthTag(await bytesOf(from, size - tagBytes, tagBytes));
  const unfinished = `${to}.part`;
  try {
    const range = { start: head.length, end: size - tagBytes - 1 };
    const body = range.end < range.start ? [] : createReadStream(from, range);
    await pipeline(body, decipher, createWriteStream(unfinished));
    await rename(unfinished, to);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof Error && /authenticate/.test(error.message)) throw broken(error);
    throw error;
  }
}

async function bytesOf(path: string, from: number, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function broken(cause?: unknown): Failure {
  return new Failure(
    'CONFIG',
    'store.corrupt',
    'An object in the bucket is not what the agent wrote, or was written with another key.',
    cause === undefined ? {} : { cause },
  );
}
