import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { md5 } from './objects.js';
import { S3Error } from './s3-error.js';

/** Multipart uploads that are not complete yet, in a folder of their own. */
export class Uploads {
  constructor(private readonly root: string) {}

  async begin(key: string, headers: Record<string, string>): Promise<string> {
    const id = randomUUID();
    await mkdir(this.folder(id), { recursive: true });
    await writeFile(join(this.folder(id), 'meta.json'), JSON.stringify({ key, headers }));
    return id;
  }

  async put(id: string, part: number, body: Buffer): Promise<string> {
    await this.meta(id);
    const unfinished = join(this.folder(id), `.${randomUUID()}`);
    await writeFile(unfinished, body);
    await rename(unfinished, join(this.folder(id), String(part)));
    return md5(body);
  }

  async parts(id: string): Promise<{ number: number; size: number; etag: string }[]> {
    await this.meta(id);
    const names = (await readdir(this.folder(id))).filter((name) => /^\d+$/.test(name));
    const parts = names.map(async (name) => {
      const body = await readFile(join(this.folder(id), name));
      return { number: Number(name), size: body.length, etag: md5(body) };
    });
    return (await Promise.all(parts)).sort((a, b) => a.number - b.number);
  }

  /** The whole object, if the named parts are the ones that are here, in order. */
  async assemble(
    id: string,
    named: readonly { number: number; etag: string }[],
  ): Promise<{ key: string; headers: Record<string, string>; body: Buffer; etag: string }> {
    const meta = await this.meta(id);
    const bodies: Buffer[] = [];
    for (const [n, { number, etag }] of named.entries()) {
      if (n > 0 && number <= (named[n - 1]?.number ?? 0))
        throw new S3Error(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
      const body = await readFile(join(this.folder(id), String(number))).catch(() => undefined);
      if (!body || md5(body) !== etag)
        throw new S3Error(
          400,
          'InvalidPart',
          'One or more of the specified parts could not be found.',
        );
      bodies.push(body);
    }
    const digests = Buffer.concat(bodies.map((body) => Buffer.from(md5(body), 'hex')));
    return { ...meta, body: Buffer.concat(bodies), etag: `${md5(digests)}-${bodies.length}` };
  }

  async end(id: string): Promise<void> {
    await this.meta(id);
    await rm(this.folder(id), { recursive: true, force: true });
  }

  private async meta(id: string): Promise<{ key: string; headers: Record<string, string> }> {
    const text = /^[0-9a-f-]{36}$/.test(id)
      ? await readFile(join(this.folder(id), 'meta.json'), 'utf8').catch(() => undefined)
      : undefined;
    if (!text)
      throw new S3Error(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
    return JSON.parse(text) as { key: string; headers: Record<string, string> };
  }

  private folder(id: string): string {
    return join(this.root, '.uploads', id);
  }
}
