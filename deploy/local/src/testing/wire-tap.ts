import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export interface WireTap {
  /** What an agent connects to instead of the control plane. */
  url: string;
  /** Every message that passed, unmasked and whole, in both directions. */
  frames: { from: 'agent' | 'control-plane'; bytes: Buffer }[];
  /** Cuts every line without a closing handshake. */
  cut(): void;
  close(): Promise<void>;
}

/** Stands on the line between agents and the control plane, and keeps a copy of all that is said. */
export async function openWireTap(target: string): Promise<WireTap> {
  const frames: WireTap['frames'] = [];
  const lines = new Set<WebSocket>();
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  server.on('connection', (agent, request) => {
    const upstream = new WebSocket(new URL(request.url ?? '/', target), {
      perMessageDeflate: false,
      headers: ownHeadersOf(request),
    });
    lines.add(agent).add(upstream);
    relay({ from: agent, to: upstream, keep: (bytes) => frames.push({ from: 'agent', bytes }) });
    relay({
      from: upstream,
      to: agent,
      keep: (bytes) => frames.push({ from: 'control-plane', bytes }),
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const cut = (): void => {
    for (const line of lines) line.terminate();
    lines.clear();
  };
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    frames,
    cut,
    close: async () => {
      cut();
      server.close();
      http.close();
      await once(http, 'close');
    },
  };
}

/** What the agent tells of itself; the rest is the socket library's. */
const ownHeadersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('drawbridge-') ? [[name, String(value)]] : [],
    ),
  );

function relay(line: { from: WebSocket; to: WebSocket; keep: (bytes: Buffer) => void }): void {
  const { from, to, keep } = line;
  const waiting: Buffer[] = [];
  from.on('message', (data) => {
    const bytes = data as Buffer;
    keep(bytes);
    if (to.readyState === WebSocket.OPEN) to.send(bytes);
    else waiting.push(bytes);
  });
  to.on('open', () => waiting.splice(0).forEach((bytes) => to.send(bytes)));
  from.on('close', () => to.close());
  from.on('error', () => to.terminate());
}
