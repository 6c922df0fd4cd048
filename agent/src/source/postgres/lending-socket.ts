import { Socket } from 'node:net';

/** What one read takes from the system at most. */
const readBytes = 256 << 10;

/**
 * A socket that reads into one buffer of its own, again and again: a buffer for every read would have the garbage
 * collector go through the whole heap dozens of times in a query. While `lends` is set, who listens gets that buffer
 * itself and is done with it before returning; otherwise a copy. TLS reads past it, in its own way.
 */
export class LendingSocket extends Socket {
  lends = false;

  constructor() {
    super({
      onread: {
        buffer: Buffer.allocUnsafeSlow(readBytes),
        callback: (length, buffer) => {
          const bytes = (buffer as Buffer).subarray(0, length);
          this.emit('data', this.lends ? bytes : Buffer.from(bytes));
          return true;
        },
      },
    } as ConstructorParameters<typeof Socket>[0]);
  }
}
