import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { FastifyRequest } from 'fastify';
import { GraphQLError, type ExecutionResult } from 'graphql';
import { AppError } from '../app-error.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuthService } from '../auth/auth.service.js';
import type { Caller, RequestContext } from '../auth/caller.js';
import { OpenLines } from '../auth/open-lines.js';
import { Clock } from '../clock.js';
import { Config } from '../config.js';
import { Drain } from '../drain.js';
import { sockets } from '../sockets.js';
import { unexpected } from './app-error.filter.js';
import { refuseOtherTimes } from './date-time.js';
import { graphqlHooks } from './graphql-hooks.js';

/** What one request may ask for in all; the longest of ours has a fifth of it. */
const maxTokens = 2_000;
/** Websocket close code of a server that will be back: clients of graphql-ws connect again by themselves. */
const serviceRestart = 1012;
/** And of one whose caller may not have it any more, by graphql-transport-ws: whoever still may something connects again. */
const forbidden = 4403;
/** ws: its end was not begun. */
const open = 1;

/** What there is to know of a subscriber's websocket. */
interface Line {
  readonly readyState: number;
  send(text: string, sent?: (error?: Error) => void): void;
  close(code: number): void;
  once(event: 'close', closed: () => void): unknown;
}

refuseOtherTimes();

/** The public API at /graphql, with subscriptions over graphql-transport-ws. */
export const graphqlModule = GraphQLModule.forRootAsync<MercuriusDriverConfig>({
  driver: MercuriusDriver,
  imports: [AuthModule],
  inject: [AuthService, OpenLines, Drain, Clock, Config],
  useFactory: (
    auth: AuthService,
    lines: OpenLines,
    drain: Drain,
    clock: Clock,
    config: Config,
  ): Omit<MercuriusDriverConfig, 'driver'> => ({
    autoSchemaFile: true,
    sortSchema: true,
    path: '/graphql',
    graphiql: false,
    graphql: { parseOptions: { maxTokens } },
    allowBatchedQueries: false,
    hooks: graphqlHooks(clock, config),
    context: (request: FastifyRequest) => contextOf(auth, request),
    subscription: {
      context: async (socket: Line, request: FastifyRequest) => {
        watch(socket, drain);
        giveCodes(socket);
        const context = await contextOf(auth, request);
        if (context.caller) holdOpen(socket, lines, context.caller);
        return context;
      },
    },
    errorFormatter: (execution) => ({
      statusCode: statusOf(execution),
      response: shown(execution),
    }),
  }),
});

function watch(socket: Line, drain: Drain): void {
  const forget = drain.hold(() => socket.close(serviceRestart));
  sockets.inc({ of: 'subscriber' });
  socket.once('close', () => {
    forget();
    sockets.dec({ of: 'subscriber' });
  });
}

/** For as long as the caller may have it. */
function holdOpen(socket: Line, lines: OpenLines, caller: Caller): void {
  // It may have closed while we looked who asks, and would never say so again.
  if (socket.readyState !== open) return;
  socket.once(
    'close',
    lines.hold(caller, () => socket.close(forbidden)),
  );
}

/** What is refused before a subscription begins comes as the library says it, and has no code yet. */
function giveCodes(socket: Line): void {
  const send = socket.send.bind(socket);
  socket.send = (text, sent) =>
    send(text.startsWith('{"type":"error"') ? withCodes(text) : text, sent);
}

function withCodes(text: string): string {
  const message = JSON.parse(text) as { payload: { extensions?: { code?: string } }[] };
  const payload = message.payload.map((error) => ({
    ...error,
    extensions: { code: 'graphql.invalid', ...error.extensions },
  }));
  return JSON.stringify({ ...message, payload });
}

/** A wrong key is no reason to break off: the guard says it, as an error of the field that was asked for. */
async function contextOf(auth: AuthService, request: FastifyRequest): Promise<RequestContext> {
  try {
    const { headers, ip: address } = request;
    const caller = await auth.callerOf(headers);
    if (!caller) return {};
    const userAgent = headers['user-agent'];
    return { caller: { ...caller, address, ...(userAgent ? { userAgent } : {}) } };
  } catch (error) {
    if (error instanceof AppError) return { refusal: error };
    throw error;
  }
}

/** What was thrown on purpose is shown; what broke is ours alone to read. */
function shown(execution: ExecutionResult): ExecutionResult {
  const errors = (execution.errors ?? []).flatMap((error) =>
    causesOf(error).map((cause) => shownError(cause, error)),
  );
  return { data: execution.data ?? null, errors };
}

/** An answer with errors is still an answer; a request that was refused before it was read is none. */
function statusOf({ errors = [] }: ExecutionResult): number {
  const [error] = errors;
  const thrown = error?.originalError ?? error;
  return isUnreadable(thrown) ? thrown.statusCode : 200;
}

/** Too large, no JSON, or of another type: the server's own words about a body. */
const isUnreadable = (thrown: unknown): thrown is Error & { statusCode: number } =>
  thrown instanceof Error &&
  String((thrown as { code?: unknown }).code).startsWith('FST_ERR_CTP_') &&
  typeof (thrown as { statusCode?: unknown }).statusCode === 'number';

/** A query that does not fit the schema comes as one error that holds the others; so does a definition. */
const causesOf = (error: unknown): unknown[] => {
  const { errors } =
    ((error as GraphQLError).originalError as { errors?: unknown } | undefined) ?? {};
  return Array.isArray(errors) && errors.length > 0 ? errors : [error];
};

function shownError(error: unknown, whole: unknown): GraphQLError {
  const thrown = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const place = [error, whole].find((one) => one instanceof GraphQLError);
  const options = { path: place?.path ?? null, nodes: place?.nodes ?? null };
  const show = (message: string, code: string): GraphQLError =>
    new GraphQLError(message, { ...options, extensions: { code } });
  if (thrown instanceof AppError)
    return new GraphQLError(thrown.message, { ...options, extensions: thrown.extensions });
  if (thrown instanceof GraphQLError || isOfMercurius(thrown))
    return show(thrown.message, 'graphql.invalid');
  if (isUnreadable(thrown)) return show(thrown.message, 'http.bad_body');
  const fault = unexpected(thrown);
  return show(fault.message, fault.code);
}

/** Wrong queries, too deep ones, bad variables. */
const isOfMercurius = (thrown: unknown): thrown is Error =>
  thrown instanceof Error && String((thrown as { code?: unknown }).code).startsWith('MER_ERR_GQL');
