import type { Socket } from 'node:net';
import type pg from 'pg';
import { LendingSocket } from './lending-socket.js';
import { RowBuffers } from './row-buffers.js';

/**
 * COPY … TO STDOUT as bytes. The driver's parser makes an object of every row; here the socket is read directly while
 * the copy lasts: CopyData frames are stripped, everything else goes on to the driver's parser as it came.
 * Frames: https://www.postgresql.org/docs/18/protocol-message-formats.html (read 2026-11). A chunk is the reader's until
 * it asks for the next one.
 */
export function copyOut(client: pg.Client, sql: string): AsyncIterable<Uint8Array> {
  const copy = new CopyOut(sql);
  client.query(copy as unknown as pg.Submittable);
  return copy.chunks();
}

interface Connection {
  stream: Socket;
  parse(query: { text: string; name: string; types: [] }): void;
  bind(options: object): void;
  execute(options: object): void;
  sync(): void;
}

const noBytes = Buffer.alloc(0);

type Listener = (bytes: Buffer) => void;

const copyData = 0x64; // 'd'
const headerBytes = 5;

class CopyOut {
  private stream: Socket | undefined;
  private driver: Listener[] = [];
  /** The start of a message that is not whole yet; never row data. */
  private rest: Buffer = noBytes;
  /** Bytes of the current CopyData frame that are still to come. */
  private rowBytes = 0;
  private readonly rows = new RowBuffers();
  private ended = false;
  private error: unknown;
  private wake: () => void = () => undefined;

  constructor(private readonly sql: string) {}

  /** The extended protocol takes exactly one statement, so a model can't smuggle in another. */
  submit(connection: Connection): void {
    this.stream = connection.stream;
    this.driver = this.stream.listeners('data') as Listener[];
    this.stream.removeAllListeners('data');
    this.stream.on('data', this.take);
    if (this.stream instanceof LendingSocket) this.stream.lends = true;
    connection.parse({ text: this.sql, name: '', types: [] });
    connection.bind({});
    connection.execute({});
    connection.sync();
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.rows.take();
      if (chunk) {
        if (!this.rows.isFull) this.stream?.resume();
        yield chunk;
        this.rows.giveBack(chunk);
      } else if (this.error !== undefined) throw this.error;
      else if (this.ended) return;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Row data is passed on as it comes, even if a frame is not whole: a long row is never put together here. */
  private readonly take = (bytes: Buffer): void => {
    const data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let at = 0;
    let kept = 0;
    while (at < data.length) {
      if (this.rowBytes > 0) {
        const end = Math.min(data.length, at + this.rowBytes);
        if (kept !== at) data.copyWithin(kept, at, end);
        kept += end - at;
        this.rowBytes -= end - at;
        at = end;
        continue;
      }
      if (data.length - at < headerBytes) break;
      const length = data.readUInt32BE(at + 1);
      if (data[at] === copyData) {
        this.rowBytes = length - 4;
        at += headerBytes;
      } else {
        const end = at + 1 + length;
        if (end > data.length) break;
        this.hand(Buffer.from(data.subarray(at, end)));
        at = end;
      }
    }
    // Row data has moved to the front of its own buffer, so what is left of a message is kept apart.
    this.rest = at < data.length ? Buffer.from(data.subarray(at)) : noBytes;
    if (kept > 0) this.offer(data.subarray(0, kept));
  };

  private hand(message: Buffer): void {
    for (const listener of this.driver) listener(message);
  }

  private offer(rows: Buffer): void {
    this.rows.add(rows);
    if (this.rows.isFull) this.stream?.pause();
    this.wake();
  }

  private finish(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.error = error;
    this.stream?.off('data', this.take);
    if (this.stream instanceof LendingSocket) this.stream.lends = false;
    for (const listener of this.driver) this.stream?.on('data', listener);
    this.stream?.resume();
    this.wake();
  }

  // What the driver calls.
  handleParseComplete(): void {}
  handleBindComplete(): void {}
  handlePortalSuspended(): void {}
  handleCopyOutResponse(): void {}
  handleCopyData(): void {}
  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handleError(error: unknown): void {
    this.finish(error);
  }
  handleReadyForQuery(): void {
    this.finish(this.error);
  }
}
