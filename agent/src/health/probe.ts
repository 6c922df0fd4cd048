import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../failure.js';
import type { Metrics } from './metrics.js';

export interface Probe {
  port: number;
  close(): Promise<void>;
}

/** The agent's only open port: `/healthz` while it runs, `/readyz` while it is connected, `/metrics` for Prometheus. */
export async function openProbe(
  port: number,
  { metrics, isReady }: { metrics: Metrics; isReady: () => boolean },
): Promise<Probe> {
  const server = createServer((request, response) => {
    void answerTo(request.url ?? '', { metrics, isReady }).then(({ status, type, body }) => {
      response.writeHead(status, { 'content-type': type }).end(body);
      return undefined;
    });
  });
  server.listen(port);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new Failure(
      'CONFIG',
      'config.port_taken',
      'The port of DRAWBRIDGE_METRICS_PORT can not be opened. Give the agent another one.',
      { cause },
    );
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answerTo(
  url: string,
  { metrics, isReady }: { metrics: Metrics; isReady: () => boolean },
): Promise<{ status: number; type: string; body: string }> {
  const plain = (status: number, body: string) => ({ status, type: 'text/plain', body });
  switch (url.split('?')[0]) {
    case '/healthz':
      return plain(200, 'ok\n');
    case '/readyz':
      return isReady() ? plain(200, 'ready\n') : plain(503, 'not connected\n');
    case '/metrics':
      return metrics.text().then(
        (text) => ({ status: 200, ...text }),
        () => plain(500, 'metrics failed\n'),
      );
    default:
      return plain(404, 'not found\n');
  }
}
