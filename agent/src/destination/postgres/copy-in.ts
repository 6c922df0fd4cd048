import type pg from 'pg';

/** COPY … FROM STDIN of lines that are in memory already. Resolves when the server has taken them. */
export function copyIn(client: pg.Client, sql: string, lines: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn({ sql, lines, resolve, reject }) as unknown as pg.Submittable);
  });
}

interface Connection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** Large enough that the cost of a frame is nothing, small enough that it isn't copied into one huge buffer. */
const frameBytes = 1 << 20;

class CopyIn {
  private error: unknown;

  constructor(
    private readonly copy: {
      sql: string;
      lines: Uint8Array;
      resolve(): void;
      reject(error: unknown): void;
    },
  ) {}

  submit(connection: Connection): void {
    connection.query(this.copy.sql);
  }

  // What the driver calls.
  handleCopyInResponse(connection: Connection): void {
    const { buffer, byteOffset, length } = this.copy.lines;
    // The driver asks more of a chunk than that it is bytes.
    const lines = Buffer.from(buffer, byteOffset, length);
    for (let at = 0; at < lines.length; at += frameBytes)
      connection.sendCopyFromChunk(lines.subarray(at, at + frameBytes));
    connection.endCopyFrom();
  }
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleError(error: unknown): void {
    this.error = error;
    // Without a connection there is no ReadyForQuery to wait for.
    this.copy.reject(error);
  }
  handleReadyForQuery(): void {
    if (this.error === undefined) this.copy.resolve();
  }
}
