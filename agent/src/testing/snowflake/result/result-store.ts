import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Readable } from 'node:stream';

const compressed = promisify(gzip);

/** The rows of one result: a head that goes with the answer, and chunks that are fetched by address. */
export interface StoredRows {
  /** JSON arrays of texts, parted by commas. */
  head: string;
  total: number;
  /** How many of them the head has. */
  returned: number;
  chunks: Chunk[];
  /** The key that a reader of chunks has to show, as with server-side encryption by a customer's key. */
  key: string;
}

export interface Chunk {
  file: string;
  rowCount: number;
  uncompressedSize: number;
  compressedSize: number;
}

/** Chunks rest on the disk, so that a result may be larger than the memory. */
export class ResultStore {
  readonly #directory: Promise<string> = mkdtemp(join(tmpdir(), 'snowflake-results-'));
  #made = 0;

  constructor(
    private readonly chunkBytes: number,
    private readonly headBytes: number,
  ) {}

  /** Takes batches of rows, each row a JSON array. */
  async keep(batches: AsyncIterable<string[]>, chunkBytes = this.chunkBytes): Promise<StoredRows> {
    const stored: StoredRows = {
      head: '',
      total: 0,
      returned: 0,
      chunks: [],
      key: randomBytes(32).toString('base64'),
    };
    let rows: string[] = [];
    let bytes = 0;
    const writing: Promise<void>[] = [];
    const cut = (isEnd: boolean): void => {
      if (rows.length === 0) return;
      if (stored.total === 0 && (isEnd || this.headBytes > 0))
        Object.assign(stored, { head: rows.join(','), returned: rows.length });
      else {
        const chunk = { file: '', rowCount: rows.length, uncompressedSize: 0, compressedSize: 0 };
        stored.chunks.push(chunk);
        writing.push(this.#write(chunk, rows.join(',')));
      }
      stored.total += rows.length;
      [rows, bytes] = [[], 0];
    };
    for await (const batch of batches) {
      for (const row of batch) {
        rows.push(row);
        bytes += row.length + 1;
        if (bytes >= (stored.total === 0 && this.headBytes > 0 ? this.headBytes : chunkBytes))
          cut(false);
      }
      if (writing.length >= 3) await writing.shift();
    }
    cut(true);
    await Promise.all(writing);
    return stored;
  }

  read(chunk: Chunk): Readable {
    return createReadStream(chunk.file);
  }

  async drop(stored: StoredRows): Promise<void> {
    for (const { file } of stored.chunks.splice(0)) await rm(file, { force: true });
  }

  async close(): Promise<void> {
    await rm(await this.#directory, { recursive: true, force: true });
  }

  async #write(chunk: Chunk, body: string): Promise<void> {
    const plain = Buffer.from(body);
    const packed = await compressed(plain, { level: 1 });
    chunk.file = join(await this.#directory, `${(this.#made += 1)}.gz`);
    chunk.uncompressedSize = plain.length;
    chunk.compressedSize = packed.length;
    await writeFile(chunk.file, packed);
  }
}
