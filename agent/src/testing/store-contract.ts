import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.js';

/** What every store must do, whatever is behind it. */
export function storeContract(
  name: string,
  open: () => Promise<{ store: Store; close(): Promise<void> }>,
): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;
    let close: () => Promise<void>;
    let directory: string;
    const fresh = (): string => `v1/${randomUUID()}/a b+ü%.json`;
    const keysOf = async (prefix: string): Promise<string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list(prefix)) keys.push(key);
      return keys;
    };

    beforeAll(async () => {
      ({ store, close } = await open());
      directory = await mkdtemp(join(tmpdir(), 'drawbridge-store-'));
    });
    afterAll(async () => {
      await close();
      await rm(directory, { recursive: true, force: true });
    });

    it('gives back what was put, and nothing where nothing is', async () => {
      const key = fresh();
      expect(await store.get(key)).toBeUndefined();
      const { etag } = await store.put(key, Buffer.from('one'));
      const found = await store.get(key);
      expect({ ...found, body: Buffer.from(found!.body).toString() }).toEqual({
        body: 'one',
        etag,
      });
    });

    it('creates only once under If-None-Match', async () => {
      const key = fresh();
      await store.put(key, Buffer.from('one'), { ifNoneMatch: '*' });
      await expect(store.put(key, Buffer.from('two'), { ifNoneMatch: '*' })).rejects.toMatchObject({
        code: 'store.conflict',
      });
    });

    it('replaces only what was read under If-Match', async () => {
      const key = fresh();
      const { etag } = await store.put(key, Buffer.from('one'));
      await store.put(key, Buffer.from('two'), { ifMatch: etag });
      await expect(store.put(key, Buffer.from('three'), { ifMatch: etag })).rejects.toMatchObject({
        code: 'store.conflict',
      });
      expect(Buffer.from((await store.get(key))!.body).toString()).toBe('two');
    });

    it('lets exactly one of twenty racing writers win', async () => {
      const key = fresh();
      const { etag } = await store.put(key, Buffer.from('start'));
      const tries = Array.from({ length: 20 }, (_, n) =>
        store.put(key, Buffer.from(`writer ${n}`), { ifMatch: etag }),
      );
      const results = await Promise.allSettled(tries);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it.each([0, 1000, 20 << 20])('uploads and downloads a file of %i bytes', async (size) => {
      const path = join(directory, randomUUID());
      const body = randomBytes(size);
      await writeFile(path, body);
      const pointer = await store.upload(fresh(), path);
      expect(pointer.bytes).toBe(size);
      await store.download(pointer, `${path}.back`);
      expect(Buffer.compare(await readFile(`${path}.back`), body)).toBe(0);
      await expect(
        store.download({ ...pointer, sha256: '0'.repeat(64) }, `${path}.bad`),
      ).rejects.toMatchObject({ code: 'store.corrupt' });
      await expect(
        store.download({ ...pointer, key: fresh() }, `${path}.none`),
      ).rejects.toMatchObject({ code: 'store.missing' });
    });

    it('downloads what somebody else has written, by its length', async () => {
      const prefix = fresh();
      await store.put(`${prefix}/a`, Buffer.from('written by a warehouse'));
      const path = join(directory, randomUUID());
      for await (const object of store.list(prefix)) {
        await store.download(object, path);
        expect(String(await readFile(path))).toBe('written by a warehouse');
        const cut = store.download({ ...object, bytes: object.bytes + 1 }, path);
        await expect(cut).rejects.toMatchObject({ code: 'store.corrupt' });
      }
      expect.assertions(2);
    });

    it('copies an object without reading it, over what was there', async () => {
      const path = join(directory, randomUUID());
      const body = randomBytes(1000);
      await writeFile(path, body);
      const pointer = await store.upload(fresh(), path);
      const key = fresh();
      await store.put(key, Buffer.from('before'));
      const copied = await store.copy(pointer, key);
      expect(copied).toEqual({ ...pointer, key });
      await store.remove([pointer.key]);
      await store.download(copied, `${path}.copy`);
      expect(Buffer.compare(await readFile(`${path}.copy`), body)).toBe(0);
      await expect(store.copy(pointer, fresh())).rejects.toMatchObject({ code: 'store.missing' });
    });

    it('names folders once, however much is in them', async () => {
      const prefix = `v1/${randomUUID()}/n=`;
      for (const rest of ['2/x', '1/a/b', '1/c', '3'])
        await store.put(prefix + rest, Buffer.from('x'));
      const folders: string[] = [];
      for await (const folder of store.folders(prefix)) folders.push(folder);
      expect(folders).toEqual(['1/', '2/']);
    });

    it('lists by prefix, in order and in full', async () => {
      const prefix = `v1/${randomUUID()}/`;
      const keys = Array.from({ length: 12 }, (_, n) => `${prefix}n=${n}/x`).sort();
      for (const key of keys.toReversed()) await store.put(key, Buffer.from('x'));
      expect(await keysOf(prefix)).toEqual(keys);
      await store.remove(keys.slice(0, 11));
      expect(await keysOf(prefix)).toEqual([keys[11]]);
    });

    it('lists from a key on that need not be there', async () => {
      const prefix = `v1/${randomUUID()}/run=`;
      for (const rest of ['1', '3', '5']) await store.put(prefix + rest, Buffer.from('x'));
      const listed: string[] = [];
      for await (const { key } of store.list({ prefix, after: `${prefix}2` })) listed.push(key);
      expect(listed).toEqual([`${prefix}3`, `${prefix}5`]);
    });

    it('says when an object was written', async () => {
      const key = fresh();
      const before = Date.now();
      await store.put(key, Buffer.from('x'));
      for await (const { modified } of store.list(key)) {
        expect(modified).toBeGreaterThan(before - 2000);
        expect(modified).toBeLessThan(Date.now() + 2000);
      }
      expect.assertions(2);
    });

    it('finds conditional writes to work', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}
