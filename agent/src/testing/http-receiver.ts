import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** An HTTP server that truly listens, remembers what it heard, and can be told to behave badly once. */
export interface HttpReceiver {
  url: string;
  received: Received[];
  /** Cuts the line of the next request, before or after `answer` saw it. */
  cutNext(when: 'before' | 'after'): void;
  /** Holds the next request until `release`, then answers it; `held` resolves when it is there. */
  holdNext(): { held(): Promise<void>; release(): Promise<void> };
  close(): Promise<void>;
}

type Mood = { cut: 'before' | 'after' } | { arrived(): void; released: Promise<void> };

export async function openHttpReceiver(
  answer: (request: Received) => Reply,
): Promise<HttpReceiver> {
  const received: Received[] = [];
  const moods: Mood[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const heard = await receivedOf(request);
    received.push(heard);
    const mood = moods.shift();
    if (mood && 'cut' in mood) {
      if (mood.cut === 'after') answer(heard);
      request.socket.destroy();
      return;
    }
    mood?.arrived();
    await mood?.released;
    const { status, headers, body } = answer(heard);
    response.writeHead(status, headers).end(body);
  };
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    cutNext: (cut) => void moods.push({ cut }),
    holdNext: () => {
      const arrival = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      moods.push({ arrived: arrival.resolve, released: release.promise });
      return { held: () => arrival.promise, release: async () => release.resolve() };
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receivedOf(request: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: request.headers,
    body: Buffer.concat(parts).toString(),
  };
}
