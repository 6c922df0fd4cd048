import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Error } from './s3-error.js';

// Objects in a folder, with writes that are atomic against every other process on the same folder. An object is a
// folder of generations 1, 2, 3, …; the highest is the object. A write makes a file elsewhere and link(2)s it to the
// next number, which succeeds for exactly one writer. Names of superseded generations stay taken for a while, as
// empty files, so that a late writer can't take one of them again. A deletion is a generation too.

export interface ObjectHeader {
  etag: string;
  size: number;
  modified: string;
  /** Headers that a GET gives back: content-type, content-encoding, x-amz-meta-…, checksums. */
  headers: Record<string, string>;
  deleted?: boolean;
}

export interface Found extends ObjectHeader {
  generation: number;
  body: Buffer;
}

/** Given the current object, throws when it must not be written. */
export type Check = (current: ObjectHeader | undefined) => void;

const keptNames = 64;

export class Objects {
  constructor(private readonly root: string) {}

  async createBucket(bucket: string): Promise<void> {
    await mkdir(join(this.root, bucket), { recursive: true });
  }

  async requireBucket(bucket: string): Promise<void> {
    const there = await stat(join(this.root, bucket)).catch(() => undefined);
    if (!there) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist.');
  }

  async get(bucket: string, key: string): Promise<Found | undefined> {
    return this.find(this.folderOf(bucket, key), async (file) => {
      const bytes = await readFile(file);
      return bytes.length === 0 ? undefined : parse(bytes);
    });
  }

  /** An object without its body. */
  async look(
    bucket: string,
    key: string,
  ): Promise<(ObjectHeader & { generation: number }) | undefined> {
    return this.find(this.folderOf(bucket, key), readHeader);
  }

  /** A generation may be superseded between the look and the read; then the next look finds the newer one. */
  private async find<T extends ObjectHeader>(
    folder: string,
    read: (file: string) => Promise<T | undefined>,
  ): Promise<(T & { generation: number }) | undefined> {
    for (;;) {
      const generation = await newest(folder);
      if (generation === 0) return undefined;
      const found = await read(join(folder, String(generation))).catch(() => undefined);
      if (!found) continue;
      return found.deleted ? undefined : { ...found, generation };
    }
  }

  async put(
    at: { bucket: string; key: string },
    object: { body: Buffer; etag?: string; headers: Record<string, string> },
    check: Check,
  ): Promise<ObjectHeader> {
    const header: ObjectHeader = {
      etag: object.etag ?? md5(object.body),
      size: object.body.length,
      modified: new Date().toUTCString(),
      headers: object.headers,
    };
    await this.write(at, { header, body: object.body, check });
    return header;
  }

  /** Another name for the same bytes: an object's file is never written again. */
  async copy(
    from: { bucket: string; key: string },
    at: { bucket: string; key: string },
    check: Check,
  ): Promise<ObjectHeader | undefined> {
    const file = join(this.root, at.bucket, `.unfinished-${randomUUID()}`);
    try {
      for (;;) {
        const source = await this.look(from.bucket, from.key);
        if (!source) return undefined;
        const { generation, ...header } = source;
        await link(join(this.folderOf(from.bucket, from.key), String(generation)), file);
        // Superseded meanwhile, it is empty, and the next look finds the newer one.
        if ((await stat(file)).size > 0) {
          await this.place(at, { check, file });
          return header;
        }
        await rm(file);
      }
    } finally {
      await rm(file, { force: true });
    }
  }

  async remove(at: { bucket: string; key: string }, check: Check): Promise<void> {
    const header = { etag: '', size: 0, modified: '', headers: {}, deleted: true };
    await this.write(at, { header, body: Buffer.alloc(0), check });
  }

  /** Every object whose key starts so, in the order of the keys' bytes. */
  async list(bucket: string, prefix: string): Promise<{ key: string; header: ObjectHeader }[]> {
    const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const keys: string[] = [];
    await collect(
      join(
        this.root,
        bucket,
        ...start
          .split('/')
          .slice(0, -1)
          .map((part) => `d.${encode(part)}`),
      ),
      start,
      keys,
    );
    const wanted = keys
      .filter((key) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const found: { key: string; header: ObjectHeader }[] = [];
    for (const key of wanted) {
      const header = await this.look(bucket, key);
      if (header) found.push({ key, header });
    }
    return found;
  }

  private async write(
    { bucket, key }: { bucket: string; key: string },
    { header, body, check }: { header: ObjectHeader; body: Buffer; check: Check },
  ): Promise<void> {
    const unfinished = join(this.root, bucket, `.unfinished-${randomUUID()}`);
    await writeDurably(unfinished, header, body);
    try {
      await this.place({ bucket, key }, { check, file: unfinished });
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** Links a file as the object's next generation. */
  private async place(
    { bucket, key }: { bucket: string; key: string },
    { check, file }: { check: Check; file: string },
  ): Promise<void> {
    const folder = this.folderOf(bucket, key);
    await mkdir(folder, { recursive: true });
    for (;;) {
      const current = await this.look(bucket, key);
      check(current);
      const generation = await newest(folder);
      // What was checked must still be the newest when its successor is linked.
      if (current && current.generation !== generation) continue;
      if (await linked(file, join(folder, String(generation + 1))))
        return await retire(folder, generation);
    }
  }

  private folderOf(bucket: string, key: string): string {
    const parts = key.split('/');
    const name = parts.pop() ?? '';
    return join(
      this.root,
      bucket,
      ...parts.map((part) => `d.${encode(part)}`),
      `o.${encode(name)}`,
    );
  }
}

export function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex');
}

/** Segments are kept readable, and can't be `.`, `..` or too special for a file system. */
function encode(part: string): string {
  const name = encodeURIComponent(part).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16)}`,
  );
  if (name.length > 250)
    throw new S3Error(400, 'KeyTooLongError', 'A part of the key is too long for this server.');
  return name;
}

async function collect(folder: string, path: string, keys: string[]): Promise<void> {
  for (const { name } of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const part = decodeURIComponent(name.slice(2));
    if (name.startsWith('o.')) keys.push(path + part);
    else if (name.startsWith('d.')) await collect(join(folder, name), `${path}${part}/`, keys);
  }
}

async function newest(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  return names.reduce((most, name) => Math.max(most, Number(name) || 0), 0);
}

async function writeDurably(path: string, header: ObjectHeader, body: Buffer): Promise<void> {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const file = await open(path, 'w');
  try {
    await file.writev([length, text, body]);
    await file.sync();
  } finally {
    await file.close();
  }
}

function parse(bytes: Buffer): ObjectHeader & { body: Buffer } {
  const length = bytes.readUInt32BE(0);
  const header = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as ObjectHeader;
  return { ...header, body: bytes.subarray(4 + length) };
}

/** Undefined for the empty file of what was superseded. */
async function readHeader(path: string): Promise<ObjectHeader | undefined> {
  const file = await open(path);
  try {
    const length = Buffer.alloc(4);
    if ((await file.read(length)).bytesRead < 4) return undefined;
    const text = Buffer.alloc(length.readUInt32BE(0));
    await file.read(text);
    return JSON.parse(text.toString()) as ObjectHeader;
  } finally {
    await file.close();
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Empties what was superseded, under its name; readers that have it open keep it. */
async function retire(folder: string, generation: number): Promise<void> {
  if (generation === 0) return;
  const empty = join(folder, `.empty-${randomUUID()}`);
  await (await open(empty, 'w')).close();
  await rename(empty, join(folder, String(generation)));
  await rm(join(folder, String(generation - keptNames)), { force: true });
}
