import { stat } from 'node:fs/promises';
import { Failure } from '../../failure.js';
import type {
  ListRange,
  ListedObject,
  ObjectPointer,
  Store,
  StoredObject,
  WriteCondition,
} from '../../store/store.js';

/**
 * A bucket for a benchmark that keeps the baseline and nothing that makes a run safe: no plan, intent, outcome, error
 * or log, no head that announces a delivery, and no condition on the one that is kept.
 */
export class CarelessStore implements Store {
  constructor(private readonly store: Store) {}

  get url(): string {
    return this.store.url;
  }

  get bytesWritten(): number {
    return this.store.bytesWritten;
  }

  get(key: string, signal?: AbortSignal): Promise<StoredObject | undefined> {
    return this.store.get(key, signal);
  }

  download(
    pointer: ObjectPointer | ListedObject,
    path: string,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.store.download(pointer, path, signal);
  }

  async put(key: string, body: Uint8Array, condition?: WriteCondition): Promise<{ etag: string }> {
    const isHead = key.endsWith('/head.json');
    if (isHead && Buffer.from(body).includes('"inFlight"')) return { etag: '"none"' };
    if (isHead) return this.store.put(key, body);
    return isSafety(key) ? { etag: '"none"' } : this.store.put(key, body, condition);
  }

  async upload(key: string, path: string, signal?: AbortSignal): Promise<ObjectPointer> {
    if (!isSafety(key)) return this.store.upload(key, path, signal);
    return { key, bytes: (await stat(path)).size, sha256: '' };
  }

  async copy(from: ObjectPointer, key: string, signal?: AbortSignal): Promise<ObjectPointer> {
    if (isSafety(key)) return { ...from, key };
    // What it would copy was never kept.
    if (isSafety(from.key)) throw new Failure('CONFIG', 'store.no_copy', 'Upload it.');
    return this.store.copy(from, key, signal);
  }

  list(of: string | ListRange, signal?: AbortSignal): AsyncIterable<ListedObject> {
    return this.store.list(of, signal);
  }

  folders(prefix: string, signal?: AbortSignal): AsyncIterable<string> {
    return this.store.folders(prefix, signal);
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.store.remove(keys);
  }

  check(signal?: AbortSignal): Promise<void> {
    return this.store.check(signal);
  }
}

const isSafety = (key: string): boolean => /\/(run=[^/]+\/(plan|acks|errors)|log)\//.test(key);
