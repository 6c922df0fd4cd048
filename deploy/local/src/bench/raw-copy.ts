// COPY by a client that does nothing else: bytes from one socket to nowhere, or to another socket. No engine can be
// faster on the same database with one connection each way; the benchmark holds the product against it.
// Frames: https://www.postgresql.org/docs/18/protocol-message-formats.html (read 2026-11).
import type { Socket } from 'node:net';
import pg from 'pg';

/** Reads what the query gives and throws it away. */
export async function readAway(url: string, query: string): Promise<void> {
  await withSocket(url, async (socket) => {
    const frames = new Frames(() => undefined);
    const ended = follow(socket, frames);
    socket.write(queryMessage(`copy (${query}) to stdout`));
    await ended;
  });
}

/** Pipes what the query gives into an empty table, both in COPY's text form, without looking at a row. */
export async function pipeInto(
  from: { url: string; query: string },
  to: { url: string; table: string },
): Promise<void> {
  await withSocket(from.url, (source) =>
    withSocket(to.url, async (target) => {
      await whenReadyToTake(target, `copy ${to.table} from stdin`);
      const taken = follow(target, new Frames(() => undefined));
      const read = follow(source, new Frames(forwardTo(source, target)));
      source.write(queryMessage(`copy (${from.query}) to stdout`));
      await read;
      target.write(message('c', ''));
      await taken;
    }),
  );
}

/** CopyData is the same message in both directions, so its frames travel as they came. */
function forwardTo(source: Socket, target: Socket): (bytes: Buffer) => void {
  target.on('drain', () => source.resume());
  return (bytes) => {
    if (!target.write(bytes)) source.pause();
  };
}

/** The driver connects and signs in; then its socket is ours. */
async function withSocket(url: string, work: (socket: Socket) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const driver = stream.listeners('data') as ((bytes: Buffer) => void)[];
  stream.removeAllListeners('data');
  try {
    await work(stream);
  } finally {
    stream.removeAllListeners('data').removeAllListeners('drain');
    for (const listener of driver) stream.on('data', listener);
    await client.end();
  }
}

/** Resolves when the server has ended the statement. */
function follow(socket: Socket, frames: Frames): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('The database closed the connection.')));
    socket.on('data', (bytes: Buffer) => {
      frames.take(bytes);
      if (!frames.isEnded) return;
      if (frames.error === undefined) resolve();
      else reject(new Error(`The database refused the copy: ${frames.error}`));
    });
  });
}

async function whenReadyToTake(target: Socket, sql: string): Promise<void> {
  const answered = new Promise<Buffer>((resolve) => target.once('data', resolve));
  target.write(queryMessage(sql));
  const answer = await answered;
  // 'G' is CopyInResponse.
  if (answer[0] !== 0x47) throw new Error(`The database refused the copy: ${textOf(answer)}`);
}

const copyData = 0x64; // 'd'
const readyForQuery = 0x5a; // 'Z'
const errorResponse = 0x45; // 'E'
const headerBytes = 5;

/** Hops from frame to frame; hands on CopyData, headers and all, in pieces as long as they come. */
class Frames {
  isEnded = false;
  error: string | undefined;
  /** The start of a frame whose length is not known yet, or of one that is not CopyData and not whole yet. */
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes of the current CopyData frame that are still to come. */
  private open = 0;

  constructor(private readonly onCopyData: (bytes: Buffer) => void) {}

  take(bytes: Buffer): void {
    const data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let from = 0;
    let at = Math.min(this.open, data.length);
    this.open -= at;
    while (data.length - at >= headerBytes) {
      const end = at + 1 + data.readUInt32BE(at + 1);
      if (data[at] === copyData) {
        this.open = Math.max(0, end - data.length);
        at = Math.min(end, data.length);
        continue;
      }
      if (at > from) this.onCopyData(data.subarray(from, at));
      from = at;
      if (end > data.length) break;
      this.hear(data.subarray(at, end));
      from = at = end;
    }
    if (at > from) this.onCopyData(data.subarray(from, at));
    this.rest = data.subarray(at);
  }

  private hear(frame: Buffer): void {
    if (frame[0] === errorResponse) this.error = textOf(frame);
    if (frame[0] === readyForQuery) this.isEnded = true;
  }
}

const queryMessage = (sql: string): Buffer => message('Q', `${sql}\0`);

function message(type: string, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.alloc(headerBytes);
  header.write(type);
  header.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([header, body]);
}

/** An error's fields, readable enough for whoever runs the benchmark. */
function textOf(frame: Buffer): string {
  return frame.subarray(headerBytes).toString().replaceAll('\0', ' ').trim();
}
