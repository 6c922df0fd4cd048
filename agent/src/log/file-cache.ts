import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../failure.js';
import type { ObjectPointer, Store } from '../store/store.js';

/** What was fetched stays for the next question, up to this many bytes. */
const keptBytes = 4 * 2 ** 30;
/** Requests at once. */
const lanes = 16;

/** Local copies of objects that never change, the longest unused ones dropped first. */
export class FileCache {
  bytesFetched = 0;

  private constructor(
    private readonly store: Store,
    readonly folder: string,
  ) {}

  static async open(store: Store, folder: string): Promise<FileCache> {
    await mkdir(folder, { recursive: true });
    return new FileCache(store, folder);
  }

  /** A file that the agent wrote and knows by its digest. Undefined when it has expired. */
  async file(pointer: ObjectPointer): Promise<string | undefined> {
    return this.kept(pointer.sha256, pointer.bytes, async (path) => {
      try {
        await this.store.download(pointer, path);
        return true;
      } catch (error) {
        if (error instanceof Failure && error.code === 'store.missing') return false;
        throw error;
      }
    });
  }

  /** A small object that is named for ever. */
  async small({ key, bytes }: { key: string; bytes: number }): Promise<string | undefined> {
    const name = createHash('sha256').update(key).digest('hex');
    return this.kept(name, bytes, async (path) => {
      const object = await this.store.get(key);
      if (object) await writeFile(path, object.body);
      return object !== undefined;
    });
  }

  async close(): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.folder)).map(async (name) => {
        const path = join(this.folder, name);
        return { path, ...(await statOf(path)) };
      }),
    );
    let bytes = 0;
    for (const file of files.toSorted((a, b) => b.usedMs - a.usedMs)) {
      bytes += file.bytes;
      if (bytes > keptBytes) await rm(file.path, { force: true });
    }
  }

  private async kept(
    name: string,
    bytes: number,
    fetch: (path: string) => Promise<boolean>,
  ): Promise<string | undefined> {
    const path = join(this.folder, name);
    if ((await statOf(path)).bytes === bytes) {
      const now = new Date();
      await utimes(path, now, now);
      return path;
    }
    const unfinished = `${path}.${randomUUID()}`;
    if (!(await fetch(unfinished))) return undefined;
    await rename(unfinished, path);
    this.bytesFetched += bytes;
    return path;
  }
}

/** In the order of what was given, several at a time. */
export async function inLanes<T, R>(
  given: readonly T[],
  act: (one: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < given.length; n = next++) results[n] = await act(given[n] as T);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, given.length) }, lane));
  return results;
}

async function statOf(path: string): Promise<{ bytes: number; usedMs: number }> {
  const found = await stat(path).catch(() => undefined);
  return { bytes: found?.size ?? -1, usedMs: found?.mtimeMs ?? 0 };
}
