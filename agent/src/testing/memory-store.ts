import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { Failure } from '../failure.js';
import type {
  ListRange,
  ListedObject,
  ObjectPointer,
  Store,
  StoredObject,
  WriteCondition,
} from '../store/store.js';

/** A bucket in memory, with true conditional writes; `before` may throw or crash at any call. */
export class MemoryStore implements Store {
  readonly url = 's3://memory/';
  readonly objects = new Map<string, StoredObject & { modified?: number }>();
  /** Its own clock. */
  now = 0;
  bytesWritten = 0;
  private version = 0;

  constructor(private readonly before: (call: string, key: string) => void = () => undefined) {}

  async get(key: string): Promise<StoredObject | undefined> {
    this.before('get', key);
    return this.objects.get(key);
  }

  async download(pointer: ObjectPointer | ListedObject, path: string): Promise<void> {
    this.before('download', pointer.key);
    const object = this.objects.get(pointer.key);
    if (!object) throw new Failure('CONFIG', 'store.missing', 'The object is not there.');
    const isOther = 'sha256' in pointer && sha256(object.body) !== pointer.sha256;
    if (isOther || object.body.length !== pointer.bytes)
      throw new Failure('CONFIG', 'store.corrupt', 'The object is another one.');
    await writeFile(path, object.body);
  }

  async put(key: string, body: Uint8Array, condition?: WriteCondition): Promise<{ etag: string }> {
    this.before('put', key);
    const had = this.objects.get(key);
    const isWrong =
      condition && ('ifMatch' in condition ? had?.etag !== condition.ifMatch : had !== undefined);
    if (isWrong) throw new Failure('INTERNAL', 'store.conflict', 'Somebody else wrote it.');
    const etag = `"${++this.version}"`;
    this.objects.set(key, { body: Uint8Array.from(body), etag, modified: this.now });
    this.bytesWritten += body.length;
    return { etag };
  }

  async upload(key: string, path: string): Promise<ObjectPointer> {
    const body = await readFile(path);
    await this.put(key, body, { ifNoneMatch: '*' });
    return { key, bytes: body.length, sha256: sha256(body) };
  }

  async copy(from: ObjectPointer, key: string): Promise<ObjectPointer> {
    this.before('copy', key);
    const object = this.objects.get(from.key);
    if (!object) throw new Failure('CONFIG', 'store.missing', 'The object is not there.');
    this.objects.set(key, { ...object, etag: `"${++this.version}"`, modified: this.now });
    return { ...from, key };
  }

  async *list(of: string | ListRange): AsyncIterable<ListedObject> {
    const { prefix, after } = typeof of === 'string' ? { prefix: of, after: '' } : of;
    this.before('list', prefix);
    for (const key of [...this.objects.keys()].sort()) {
      const { body, modified = 0 } = this.objects.get(key)!;
      if (key.startsWith(prefix) && key > after) yield { key, bytes: body.length, modified };
    }
  }

  async *folders(prefix: string): AsyncIterable<string> {
    this.before('list', prefix);
    const rest = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && key.includes('/', prefix.length))
      .map((key) => key.slice(prefix.length, key.indexOf('/', prefix.length) + 1));
    yield* [...new Set(rest)].sort();
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.before('remove', key);
      this.objects.delete(key);
    }
  }

  async check(): Promise<void> {}
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
