import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { maxFrameBytes, revisionHeader, revisionIn } from '@drawbridge/proto';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { Clock } from '../clock.js';
import { Drain } from '../drain.js';
import { sockets } from '../sockets.js';
import { Conversation } from './conversation.js';
import { Inbox } from './inbox.js';
import type { Line } from './line.js';

/** What an agent may leave unread before it is cut off. */
const maxUnreadBytes = 8 * 1024 * 1024;
/** How long the other side may take to close as well. */
const closeMs = 2_000;
/** Agents and subscribers connect again a little later, to whoever is there then. */
const goElsewhere =
  'HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';
/** Connections beyond this are turned away: each may hold 64 frames in memory. */
const maxConnections = 10_000;

type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Agents dial in here: /agent on the control plane's own port, the one place that knows websockets. */
@Injectable()
export class Gateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  });
  private readonly lines = new Map<Line, Promise<void>>();

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly conversation: Conversation,
    private readonly drain: Drain,
    private readonly clock: Clock,
  ) {}

  /** GraphQL's subscriptions listen for every upgrade by now; each path goes to its owner alone. */
  onApplicationBootstrap(): void {
    const http = this.host.httpAdapter.getHttpServer() as Server;
    const others = http.listeners('upgrade') as UpgradeListener[];
    http.removeAllListeners('upgrade');
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const path = request.url?.split('?', 1)[0];
      if (this.drain.signal.aborted) socket.end(goElsewhere);
      else if (path === '/agent') this.accept(request, socket, head);
      else if (path === '/graphql' && others.length > 0)
        for (const listener of others) listener.call(http, request, socket, head);
      else socket.destroy();
    });
  }

  /** Before the HTTP server closes, which waits for every socket. Agents connect again to whoever is there then. */
  async beforeApplicationShutdown(): Promise<void> {
    this.drain.begin();
    await this.drain.tellAll(0);
    await Promise.all(this.lines.values());
  }

  private accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.lines.size >= maxConnections) return void socket.destroy();
    this.server.handleUpgrade(request, socket, head, (websocket) => {
      const line = this.lineOf(websocket, revisionIn(request.headers[revisionHeader]));
      const held = this.conversation.hold(line, this.drain).finally(() => this.forget(line));
      this.lines.set(line, held);
      sockets.inc({ of: 'agent' });
    });
  }

  private forget(line: Line): void {
    this.lines.delete(line);
    sockets.dec({ of: 'agent' });
  }

  private lineOf(socket: WebSocket, revision: number): Line {
    const inbox = new Inbox(socket);
    const closed = new AbortController();
    socket.on('message', (data: RawData, isBinary) =>
      inbox.push(isBinary ? bytesOf(data) : 'text'),
    );
    socket.on('close', () => {
      inbox.end();
      closed.abort();
    });
    // A close follows, with the code that the library found.
    socket.on('error', () => undefined);
    return {
      revision,
      messages: inbox.messages,
      send: (bytes) => {
        if (socket.bufferedAmount > maxUnreadBytes) socket.terminate();
        else socket.send(bytes, () => undefined);
      },
      close: (code) => {
        inbox.drop();
        if (closed.signal.aborted) return;
        // A paused socket would never see the other side's answer.
        socket.resume();
        socket.close(code);
        void this.clock.sleep(closeMs, closed.signal).then(
          () => socket.terminate(),
          () => undefined,
        );
      },
    };
  }
}

/** One buffer, as the library gives it when it isn't asked for anything else. */
const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data)
    ? Buffer.concat(data)
    : data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : data;
