import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../app-error.js';
import type { AuthService } from '../auth/auth.service.js';
import type { Caller } from '../auth/caller.js';
import { may } from '../auth/role.js';
import type { Clock } from '../clock.js';
import { assertStorable } from '../database/storable.js';
import type { Drain } from '../drain.js';
import { Allowance } from './allowance.js';
import { bodyCheck, queryCheck } from './check.js';
import type { Answer, Asked, Endpoint } from './endpoint.js';
import { keyIn } from './idempotency-key.js';
import { openApiOf } from './openapi.js';
import { problemOf } from './problem.js';

/** A hundred runs with all their options have a tenth of it. */
const maxBodyBytes = 256 * 1024;

export interface RestParts {
  endpoints: readonly Endpoint[];
  auth: AuthService;
  drain: Drain;
  clock: Clock;
  publicUrl: string;
}

/** What orchestrators and scripts ask over plain HTTP, below /api/v1, with an API key. */
export function addRest(server: FastifyInstance, parts: RestParts): void {
  const allowance = new Allowance();
  const document = openApiOf(parts.endpoints, parts.publicUrl);
  void server.register(
    async (scope) => {
      readJsonAlone(scope);
      scope.setErrorHandler(async (error, _request, reply) => sendProblem(reply, error));
      scope.get('/openapi.json', async () => document);
      scope.all('/*', async () => {
        throw new AppError('rest.not_found', 'There is nothing here.');
      });
      for (const endpoint of parts.endpoints) addEndpoint(scope, endpoint, { ...parts, allowance });
    },
    { prefix: '/api/v1' },
  );
}

/** A body may be left out, also by clients that name its type all the same. */
function readJsonAlone(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeAllContentTypeParsers();
  const options = { parseAs: 'string', bodyLimit: maxBodyBytes } as const;
  scope.addContentTypeParser('application/json', options, (request, body: string, done) => {
    if (body === '') done(null, undefined);
    else void parse(request, body, done);
  });
}

type Inside = RestParts & { allowance: Allowance };

function addEndpoint(scope: FastifyInstance, endpoint: Endpoint, inside: Inside): void {
  const checkBody = endpoint.body && bodyCheck(endpoint.body.schema);
  const checkQuery = queryCheck(endpoint.query ?? {});
  const callers = new WeakMap<FastifyRequest, Caller>();
  scope.route({
    method: endpoint.method.toUpperCase(),
    url: endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    exposeHeadRoute: false,
    // Before the body is read: of a stranger none is.
    onRequest: async (request, reply) => {
      const caller = await callerOf(request, endpoint, inside);
      assertUnhurried(caller, reply, inside);
      callers.set(request, caller);
    },
    preValidation: async ({ params, query, body }) => assertStorable([params, query, body]),
    handler: async (request, reply) => {
      const caller = callers.get(request);
      if (!caller) throw new AppError('auth.required', 'Send an API key.');
      if (checkBody && (request.body !== undefined || endpoint.body?.isRequired))
        checkBody(request.body ?? null);
      checkQuery(request.query);
      const asked = askedOf(request, reply, { caller, endpoint, inside });
      const { status, body, headers = {} } = await answerTo(asked, endpoint, inside.allowance);
      reply.status(status).headers(headers);
      return isStream(body)
        ? reply.type('application/x-ndjson').send(linesOf(body))
        : reply.send(body);
    },
  });
}

const isStream = (body: Answer['body']): body is AsyncIterable<object> =>
  Symbol.asyncIterator in body;

/** One JSON object a line, read as fast as the client takes them. */
const linesOf = (body: AsyncIterable<object>): Readable =>
  Readable.from(
    (async function* lines() {
      for await (const item of body) yield `${JSON.stringify(item)}\n`;
    })(),
  );

/** Cookies are left alone: what a browser sends along by itself starts nothing here. */
async function callerOf(
  request: FastifyRequest,
  { permission }: Endpoint,
  { auth }: Inside,
): Promise<Caller> {
  const { authorization, 'user-agent': userAgent } = request.headers;
  const caller = authorization === undefined ? undefined : await auth.callerOf({ authorization });
  if (!caller)
    throw new AppError('auth.required', 'Send an API key as "Authorization: Bearer dbk_…".');
  if (!may(caller.role, permission))
    throw new AppError('auth.forbidden', `A key of the role ${caller.role} may not do this.`);
  return { ...caller, address: request.ip, ...(userAgent && { userAgent }) };
}

function assertUnhurried({ workspaceId }: Caller, reply: FastifyReply, inside: Inside): void {
  const waitMs = inside.allowance.take(workspaceId, inside.clock.monotonicMs());
  if (waitMs === 0) return;
  reply.header('retry-after', String(Math.ceil(waitMs / 1_000)));
  throw new AppError('rest.too_many', 'The workspace asks too often.');
}

function askedOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, endpoint, inside }: { caller: Caller; endpoint: Endpoint; inside: Inside },
): Asked {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    caller,
    path: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    body: request.body,
    idempotencyKey: endpoint.takesIdempotencyKey
      ? keyIn(request.headers['idempotency-key'])
      : undefined,
    signal: AbortSignal.any([gone.signal, inside.drain.signal]),
  };
}

const answerTo = (asked: Asked, endpoint: Endpoint, allowance: Allowance) =>
  asked.query['wait'] === undefined
    ? endpoint.answer(asked)
    : allowance.during(asked.caller.workspaceId, () => endpoint.answer(asked));

function sendProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const problem = problemOf(error);
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply
    .status(problem.status)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
