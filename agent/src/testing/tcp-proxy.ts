import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire between a connector and its server that a test can cut. */
export interface TcpProxy {
  port: number;
  /** The line that answers so next is cut, before the connector hears of it, or of all but its first bytes. */
  cutAt(isAnswer: (answer: string) => boolean, firstBytes?: number): void;
  /** The line that asks so next is cut, before the server hears of it. */
  cutBefore(isRequest: (request: string) => boolean): void;
  /** Keeps the next request that is so until `release`; `held` resolves when it is there. */
  hold(isRequest: (request: string) => boolean): { held(): Promise<void>; release(): void };
  close(): Promise<void>;
}

type Test = (bytes: string) => boolean;

export async function openTcpProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let cutAnswer: { is: Test; firstBytes: number } | undefined;
  let cutRequest: Test | undefined;
  let held: { is: Test; arrived(): void; released: Promise<void> } | undefined;
  const server = createServer((near) => {
    const far = connect(to);
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      // What one end does, happens to the other.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    } // prettier-ignore
    near.on('data', (bytes: Buffer) => {
      const request = bytes.toString('latin1');
      if (cutRequest?.(request)) {
        cutRequest = undefined;
        near.destroy();
      } else if (held?.is(request)) {
        const { arrived, released } = held;
        held = undefined;
        near.pause();
        arrived();
        void released.then(() => (far.write(bytes), near.resume()));
      } else far.write(bytes);
    });
    near.on('end', () => far.end());
    far.on('data', (bytes: Buffer) => {
      if (cutAnswer?.is(bytes.toString('latin1'))) {
        const first = bytes.subarray(0, cutAnswer.firstBytes);
        cutAnswer = undefined;
        near.end(first, () => near.destroy());
      } else near.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAt: (is, firstBytes = 0) => void (cutAnswer = { is, firstBytes }),
    cutBefore: (isRequest) => void (cutRequest = isRequest),
    hold: (is) => {
      const arrival = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      held = { is, arrived: arrival.resolve, released: release.promise };
      return { held: () => arrival.promise, release: release.resolve };
    },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
