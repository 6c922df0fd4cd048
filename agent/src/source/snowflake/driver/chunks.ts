import { createGunzip } from 'node:zlib';
import { get } from './request.js';
import type { Answer } from './request.js';
import { patiently, resultOf } from './result.js';
import type { Asking, Result } from './result.js';
import { NoAnswer } from './trouble.js';

/** Chunks on their way at once, at most, */
const atOnce = 4;
/** and what they may weigh together as they come; a larger one comes alone. */
const mostBytes = 16 << 20;
/** What is unpacked at a time. */
const pieceBytes = 1 << 20;

/** The chunks of a result in their order, unpacked piece by piece; `undefined` ends each of them. */
export class ChunkReader {
  private readonly coming: { bytes: number; answer: Promise<Answer> }[] = [];
  private next = 0;
  /** A new list of addresses, shared by all who found theirs expired. */
  private refreshed: Promise<Result> | undefined;

  constructor(
    private result: Result,
    private readonly queryId: string,
    private readonly asking: Asking,
  ) {}

  async *pieces(): AsyncGenerator<Buffer | undefined> {
    for (;;) {
      this.fetch();
      const [first] = this.coming;
      if (!first) return;
      const { isGzip, body } = await first.answer;
      if (isGzip) yield* unpacked(body);
      else yield body;
      yield undefined;
      this.coming.shift();
    }
  }

  /** Asks for as many as may be on their way. */
  private fetch(): void {
    for (;;) {
      const chunk = this.result.chunks[this.next];
      const held = this.coming.reduce((sum, { bytes }) => sum + bytes, 0);
      const isFull =
        this.coming.length >= atOnce || held + (chunk?.compressedSize ?? 0) > mostBytes;
      if (!chunk || (isFull && this.coming.length > 0)) return;
      const answer = this.chunk(this.next);
      // It is waited for later; until then, its failure is nobody's.
      answer.catch(() => undefined);
      this.coming.push({ bytes: chunk.compressedSize, answer });
      this.next += 1;
    }
  }

  private async chunk(n: number): Promise<Answer> {
    const { result } = this;
    const answer = await this.ask(result, n);
    if (answer.status === 200) return answer;
    // The store says so of an address that has expired.
    if (![400, 403, 404].includes(answer.status)) throw unread(answer);
    if (this.result === result) this.result = await this.refresh();
    const again = await this.ask(this.result, n);
    if (again.status === 200) return again;
    throw unread(again);
  }

  private refresh(): Promise<Result> {
    this.refreshed ??= resultOf(this.queryId, this.asking).finally(
      () => (this.refreshed = undefined),
    );
    return this.refreshed;
  }

  private ask({ chunks, chunkHeaders }: Result, n: number): Promise<Answer> {
    const { signal, patience } = this.asking;
    const chunk = chunks[n];
    if (!chunk) throw new NoAnswer('a chunk is not there any more');
    const headers = { ...chunkHeaders, 'accept-encoding': 'gzip' };
    return patiently(this.asking, () =>
      get({ url: chunk.url, headers, stillMs: patience.stillMs, signal }),
    );
  }
}

/** What the store says may quote the address, which is a key to the rows. */
function unread({ status }: Answer): NoAnswer {
  return new NoAnswer('a chunk of the result can not be read', String(status));
}

async function* unpacked(body: Buffer): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: pieceBytes });
  gunzip.end(body);
  try {
    for await (const piece of gunzip) yield piece as Buffer;
  } catch {
    throw new NoAnswer('a chunk of the result was cut');
  }
}
