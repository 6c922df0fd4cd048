import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { buildSchema, execute, graphql, GraphQLError, subscribe, validate } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { answerAuth, isSignedIn } from './fake-auth.js';
import { rootOf } from './fake-root.js';
import { FakeState } from './fake-state.js';
import { serveFile } from './static-files.js';

// The same policy as the real server's, so that what it forbids is seen here first.
export const contentPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export interface FakeServer extends AsyncDisposable {
  url: string;
  state: FakeState;
  /** Ends every open socket and connection; clients have to come again. */
  cut(): void;
}

interface FakeServerOptions {
  /** The built UI. */
  dist?: string;
  /** The public API that it speaks. */
  schema?: string;
  port?: number;
}

const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** A control plane that truly listens: schema.graphql over HTTP and websocket, sign-in, and the built UI. */
export async function openFakeServer(options: FakeServerOptions = {}): Promise<FakeServer> {
  const state = new FakeState();
  const schema = buildSchema(
    readFileSync(options.schema ?? fileAt('../../../schema.graphql'), 'utf8'),
  );
  const dist = options.dist ?? fileAt('../../dist');
  const server = createServer((request, response) => {
    if (state.isDown) return void request.socket.destroy();
    response.setHeader('content-security-policy', contentPolicy);
    if (request.url?.startsWith('/api/auth/')) return void answerAuth(state, request, response);
    if (request.url === '/graphql') return void answerQuestion(schema, state, request, response);
    serveFile(dist, request.url ?? '/', response);
  });
  const sockets = acceptSockets(server, schema, state);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

type Schema = ReturnType<typeof buildSchema>;

function acceptSockets(server: Server, schema: Schema, state: FakeState): WebSocketServer {
  const sockets = new WebSocketServer({ noServer: true });
  // Its own copy of these may come from another build of the package, which would not know our schema.
  const functions = { execute, subscribe, validate };
  useServer({ schema, roots: { subscription: subscriptionRoot(state) }, ...functions }, sockets);
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (state.isDown || state.refusesSockets || !isSignedIn(state, request))
      return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (opened) =>
      sockets.emit('connection', opened, request),
    );
  });
  return sockets;
}

const subscriptionRoot = (state: FakeState) => ({
  runUpdated: ({ id }: { id: string }) => state.updates(id),
  agentUpdated: () => state.agentUpdates(),
});

async function answerQuestion(
  schema: Schema,
  state: FakeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { query, variables } = JSON.parse(await textOf(request)) as {
    query: string;
    variables: Record<string, unknown>;
  };
  const stranger = new GraphQLError('Sign in first.', {
    extensions: { code: 'auth.required' },
  });
  const result = isSignedIn(state, request)
    ? await graphql({ schema, source: query, variableValues: variables, rootValue: rootOf(state) })
    : { errors: [stranger] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
