import { once } from 'node:events';
import { connect, createServer as listenPlain } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as listenTls } from 'node:tls';
import type { Authority } from '../certificates.js';
import type { Host } from './hosts.js';

export interface Front {
  close(): Promise<void>;
}

/** A host at its own address and port, in front of a server on loopback; with an authority, it speaks TLS. */
export async function openFront(
  { name, address, port }: Host,
  behind: number,
  authority?: Authority,
): Promise<Front> {
  const open = new Set<Socket>();
  const pass = (near: Socket): void => {
    const far = connect(behind, '127.0.0.1');
    join(near, far, open);
    join(far, near, open);
  };
  const server: Server = authority
    ? listenTls(await authority.issue(`DNS:${name}`), pass)
    : listenPlain(pass);
  server.listen(port, address);
  await once(server, 'listening');
  return {
    close: async () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** Whoever would not answer is there all the same: it takes the connection. */
export async function openDoor({ address, port }: Host): Promise<Front> {
  const server = listenPlain((socket) => socket.on('error', () => undefined).resume());
  server.listen(port, address);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
    },
  };
}

function join(from: Socket, to: Socket, open: Set<Socket>): void {
  open.add(from);
  from.on('error', () => to.destroy());
  from.on('close', () => {
    open.delete(from);
    to.destroy();
  });
  from.pipe(to);
}
