import type { Socket } from 'node:net';
import type pg from 'pg';
import type { LastCheck } from '../../connector/destination.js';
import { crashPoint } from '../../crash-point.js';

/**
 * COPY … FROM STDIN of lines that are in memory already, which may not change meanwhile. Resolves when the server has
 * taken them. The driver would copy every frame; here they go to the socket as they are.
 * Frames: https://www.postgresql.org/docs/18/protocol-message-formats.html (read 2026-11).
 */
export function copyIn(
  client: pg.Client,
  sql: string,
  { lines, lastCheck }: { lines: Uint8Array; lastCheck?: LastCheck },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const copy = { sql, lines, lastCheck, resolve, reject };
    client.query(new CopyIn(copy) as unknown as pg.Submittable);
  });
}

interface Connection {
  stream: Socket;
  query(text: string): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** Large enough that the cost of a frame is nothing, small enough for a buffer of the server's. */
const frameBytes = 1 << 20;
const copyData = 0x64; // 'd'

class CopyIn {
  private error: unknown;

  constructor(
    private readonly copy: {
      sql: string;
      lines: Uint8Array;
      lastCheck: LastCheck | undefined;
      resolve(): void;
      reject(error: unknown): void;
    },
  ) {}

  submit(connection: Connection): void {
    connection.query(this.copy.sql);
  }

  // What the driver calls.
  handleCopyInResponse(connection: Connection): void {
    const { lines } = this.copy;
    const { stream } = connection;
    stream.cork();
    for (let at = 0; at < lines.length; at += frameBytes) {
      const part = lines.subarray(at, at + frameBytes);
      const header = Buffer.allocUnsafe(5);
      header[0] = copyData;
      header.writeUInt32BE(part.length + 4, 1);
      stream.write(header);
      stream.write(part);
    }
    // The end must not wait behind the lines in a buffer of ours, where it would outlive a lease.
    stream.write('', () => this.end(connection));
    stream.uncork();
  }
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handleRowDescription(): void {}
  handleError(error: unknown): void {
    this.error ??= error;
    // Without a connection there is no ReadyForQuery to wait for.
    this.copy.reject(this.error);
  }
  handleReadyForQuery(): void {
    if (this.error === undefined) this.copy.resolve();
  }

  /** Without an end nothing of a COPY counts. The server that has refused it waits for none. */
  private end(connection: Connection): void {
    if (this.error !== undefined) return;
    try {
      if (this.copy.lastCheck) crashPoint('batch.leaving');
      this.copy.lastCheck?.();
      connection.endCopyFrom();
    } catch (error) {
      this.error = error;
      connection.sendCopyFail('');
    }
  }
}
