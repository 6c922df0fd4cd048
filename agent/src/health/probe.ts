import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '../failure.js';
import type { Metrics } from './metrics.js';

export interface Probe {
  port: number;
  close(): Promise<void>;
}

export interface Probed {
  metrics: Metrics;
  /** Every loop comes round. An answer at all says that the event loop does. */
  isAlive: () => boolean;
  /** Undefined when ready; else why not, in words of ours. */
  whyNotReady: () => string | undefined;
}

/** The agent's only open port: `/healthz`, `/readyz`, and `/metrics` for Prometheus. */
export async function openProbe(port: number, probed: Probed): Promise<Probe> {
  const server = createServer((request, response) => {
    void answerTo(request.url ?? '', probed).then(({ status, type, body }) => {
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
  { metrics, isAlive, whyNotReady }: Probed,
): Promise<{ status: number; type: string; body: string }> {
  switch (url.split('?')[0]) {
    case '/healthz':
      return isAlive() ? plain(200, 'ok\n') : plain(503, 'stuck\n');
    case '/readyz':
      return readiness(whyNotReady());
    case '/metrics':
      return metrics.text().then(
        (text) => ({ status: 200, ...text }),
        () => plain(500, 'metrics failed\n'),
      );
    default:
      return plain(404, 'not found\n');
  }
}

const plain = (status: number, body: string) => ({ status, type: 'text/plain', body });

const readiness = (why: string | undefined) =>
  why === undefined ? plain(200, 'ready\n') : plain(503, `${why}\n`);
