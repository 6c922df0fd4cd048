import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A forward proxy as companies have them: CONNECT, perhaps with a user and a password, perhaps to some hosts alone. */
export interface ForwardProxy {
  port: number;
  /** `host:port` of every tunnel or request that was asked for. */
  asked: string[];
  /** What a tunnel is answered with; 200 opens it. */
  answers: (target: string, authorization: string | undefined) => number;
  close(): Promise<void>;
}

/** `find`: the address of a host, where the machine's own names are not meant. */
export async function openForwardProxy(
  find: (host: string) => string = (host) => host,
): Promise<ForwardProxy> {
  const server = createServer((request, response) => {
    // Without TLS nothing is tunnelled: the request itself names its server.
    const { host } = new URL(request.url ?? '', 'http://nowhere');
    proxy.asked.push(host);
    const status = proxy.answers(host, request.headers['proxy-authorization']);
    if (status !== 200) return void response.writeHead(status).end();
    const { method = 'GET', headers } = request;
    const onward = ask(request.url ?? '', { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  const sockets = new Set<Socket>();
  server.on('connect', (request, near: Socket) => {
    const target = request.url ?? '';
    proxy.asked.push(target);
    const status = proxy.answers(target, request.headers['proxy-authorization']);
    if (status !== 200) return void near.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
    const [host = '', port] = target.split(/:(?=\d+$)/);
    const far = connect(Number(port), find(host));
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => other.destroy());
    }
    far.once('connect', () => {
      near.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: ForwardProxy = {
    port: (server.address() as AddressInfo).port,
    asked: [],
    answers: () => 200,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}
