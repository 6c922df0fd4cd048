import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificate } from '@drawbridge/local/certificates.js';

/** TLS in front of a port of this machine, as a load balancer has it. */
export async function openTlsFront(
  { cert, key }: Pick<Certificate, 'cert' | 'key'>,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer({ cert, key }, (near) => {
    const far = connect(port, '127.0.0.1');
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
    },
  };
}
