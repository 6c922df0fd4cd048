import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Answer } from './test-app.js';

interface Said {
  type: string;
  payload?: unknown;
}

/** One subscription over graphql-transport-ws, as a browser or a script opens it. */
export class Subscription {
  private readonly said: Said[] = [];
  private wake: () => void = () => undefined;
  closeCode: number | undefined;
  /** Whether the server said that the line stands. */
  isAcknowledged = false;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(String(data)) as Said;
      this.isAcknowledged ||= message.type === 'connection_ack';
      this.said.push(message);
      this.wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code) => {
      this.closeCode = code;
      this.wake();
    });
  }

  static async open(
    url: string,
    headers: Record<string, string>,
    payload: { query: string; variables?: Record<string, unknown> },
  ): Promise<Subscription> {
    const address = `${url.replace(/^http/, 'ws')}/graphql`;
    const socket = new WebSocket(address, 'graphql-transport-ws', { headers });
    const subscription = new Subscription(socket);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    return subscription;
  }

  /** The payload of the next message of that type; undefined when the socket closes before one comes. */
  async next<Payload>(type: string): Promise<Payload | undefined> {
    for (;;) {
      const message = this.said.shift();
      if (message?.type === type) return message.payload as Payload;
      if (message) continue;
      if (this.closeCode !== undefined) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** What the server says first: data, or why there is none. Throws when it says nothing at all. */
  async answer(): Promise<Answer<unknown>> {
    for (;;) {
      const message = this.said.shift();
      if (message?.type === 'next') return message.payload as Answer<unknown>;
      if (message?.type === 'error')
        return { data: null, errors: message.payload as NonNullable<Answer<unknown>['errors']> };
      if (message) continue;
      if (this.closeCode !== undefined) throw new Error(`It closed with ${this.closeCode}.`);
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async close(): Promise<void> {
    if (this.closeCode !== undefined) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}
