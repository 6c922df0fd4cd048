import { openSlackServer } from '../slack/server.js';
import type { Channel, Message } from '../slack/workspace.js';
import { openTcpProxy } from '../tcp-proxy.js';
import type { TcpProxy } from '../tcp-proxy.js';
import type { Connection } from './driver-job.js';

/** A channel whose messages tell of changes of rows, over a line that can be cut. */
export interface Feed {
  wire: TcpProxy;
  /** The token may look into the channel's history. */
  connection: Connection;
  /** It may not. */
  blind: Connection;
  /** What was posted, in order. */
  messages(): readonly Message[];
  /** Forgets everything but these. */
  putBack(messages: readonly Message[]): void;
  close(): Promise<void>;
}

export async function openFeed(): Promise<Feed> {
  const server = await openSlackServer({ rates: false });
  const channel: Channel = server.workspace.makeChannel('feed');
  const wire = await openTcpProxy({
    host: '127.0.0.1',
    port: Number(new URL(server.apiUrl).port),
  });
  const settings = { apiUrl: `http://127.0.0.1:${wire.port}/api/` };
  const scopes = ['chat:write', 'channels:read'];
  const connectionBy = (more: readonly string[]): Connection => ({
    settings,
    secrets: { token: server.workspace.makeToken([...scopes, ...more]) },
  });
  return {
    wire,
    connection: connectionBy(['channels:history']),
    blind: connectionBy([]),
    messages: () => channel.messages,
    putBack: (messages) => {
      channel.messages = [...messages];
    },
    close: async () => {
      await wire.close();
      await server.close();
    },
  };
}

/** As the scenarios write it. */
export const feedText = '{{ change }}¦{{ id }}¦{{ name }}¦{{ team }}';
