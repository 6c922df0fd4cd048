import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A wire between a connector and its server that a test can cut. */
export interface TcpProxy {
  port: number;
  /** The line that answers so next is cut, before the connector hears of it. */
  cutAt(isAnswer: (answer: string) => boolean): void;
  close(): Promise<void>;
}

export async function openTcpProxy(to: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let cut: ((answer: string) => boolean) | undefined;
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
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      if (cut?.(bytes.toString('latin1'))) {
        cut = undefined;
        near.destroy();
      } else near.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cutAt: (isAnswer) => void (cut = isAnswer),
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
