/** Bytes of one chunk that is handed on. */
const chunkBytes = 1 << 20;
/** Chunks that wait for the reader before whoever fills them should stop. */
const mostReady = 4;

/** Bytes on their way from a socket to a reader, in a few buffers that are used again and again. */
export class RowBuffers {
  private filling: Buffer | undefined;
  private length = 0;
  private ready: Buffer[] = [];
  private spare: Buffer[] = [];

  get isFull(): boolean {
    return this.ready.length >= mostReady;
  }

  /** Copies them: they may change afterwards. */
  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      const filling = (this.filling ??= this.spare.pop() ?? Buffer.allocUnsafeSlow(chunkBytes));
      const taken = bytes.copy(filling, this.length, at);
      at += taken;
      this.length += taken;
      if (this.length === chunkBytes) this.close();
    }
  }

  /** The next chunk; the reader gives it back. Undefined when there is nothing to read. */
  take(): Buffer | undefined {
    if (this.ready.length === 0 && this.length > 0) this.close();
    return this.ready.shift();
  }

  giveBack(chunk: Buffer): void {
    // A chunk that was not full is the start of a whole buffer.
    this.spare.push(Buffer.from(chunk.buffer, 0, chunkBytes));
  }

  private close(): void {
    if (this.filling) this.ready.push(this.filling.subarray(0, this.length));
    this.filling = undefined;
    this.length = 0;
  }
}
