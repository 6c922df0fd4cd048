import { pipeline } from 'node:stream/promises';
import type { ServerResponse } from 'node:http';
import type { Account } from './account.js';
import {
  chunkHeaders,
  enveloped,
  loginAnswer,
  refusal,
  resultAnswer,
  stillRunning,
} from './answers.js';
import { Binds } from './binds.js';
import type { Binding } from './binds.js';
import type { Heard } from './exchange.js';
import { sendJson } from './exchange.js';
import { Query } from './query.js';
import type { ResultStore } from './result/result-store.js';
import type { Session, Sessions } from './session.js';
import { signIn } from './sign-in.js';
import type { LoginBody } from './sign-in.js';
import { SnowflakeError } from './snowflake-error.js';
import { runText } from './statement/run.js';

export interface Service {
  url: string;
  account: Account;
  sessions: Sessions;
  store: ResultStore;
  /** By their ids. */
  queries: Map<string, Query>;
  validity: Session['validity'];
  /** How long a request waits for its query before it hears 333333; Snowflake's is 45 s. */
  answerWithinMs: number;
  /** Addresses of chunks that were given out before this one are not good any more. */
  chunkEra: number;
}

interface QueryBody {
  sqlText?: string;
  bindings?: Record<string, Binding>;
  parameters?: Record<string, unknown>;
  asyncExec?: boolean;
  describeOnly?: boolean;
}

export interface Call {
  service: Service;
  heard: Heard;
  response: ServerResponse;
  /** What a query waits for before it begins. */
  runsUntil?: Promise<unknown>;
}

type Route = (call: Call, id: string) => Promise<void>;

const routes: readonly (readonly [string, RegExp, Route])[] = [
  ['POST', /^\/session\/v1\/login-request$/, login],
  ['POST', /^\/session\/token-request$/, renew],
  ['POST', /^\/session\/heartbeat$/, touch],
  ['GET', /^\/session\/heartbeat$/, touch],
  ['POST', /^\/session$/, leave],
  ['POST', /^\/telemetry\/send$/, touch],
  ['POST', /^\/queries\/v1\/query-request$/, ask],
  ['POST', /^\/queries\/v1\/abort-request$/, abortByRequest],
  ['POST', /^\/queries\/([\w-]+)\/abort-request$/, abort],
  ['GET', /^\/queries\/([\w-]+)\/result$/, result],
  ['GET', /^\/monitoring\/queries\/([\w-]+)$/, monitor],
  ['GET', /^\/results\/([\w-]+)$/, chunk],
];

export async function route(call: Call): Promise<void> {
  const { heard, response } = call;
  for (const [method, path, work] of routes) {
    const match = method === heard.method ? path.exec(heard.path) : null;
    if (!match) continue;
    try {
      await work(call, match[1] ?? '');
    } catch (error) {
      if (!(error instanceof SnowflakeError)) throw error;
      sendJson(response, error.status, refusal(error));
    }
    return;
  }
  response
    .writeHead(404, { 'Content-Type': 'text/html' })
    .end('<html><body>Not Found</body></html>');
}

async function login({ service, heard, response }: Call): Promise<void> {
  const { data } = heard.body as { data: LoginBody };
  const wanted = {
    warehouse: heard.query.get('warehouse'),
    database: heard.query.get('databaseName'),
    schema: heard.query.get('schemaName'),
    role: heard.query.get('roleName'),
  };
  sendJson(response, 200, loginAnswer(await signIn(service, data, wanted)));
}

async function renew({ service, heard, response }: Call): Promise<void> {
  const session = service.sessions.ofMasterToken(heard.headers.authorization);
  session.renew();
  sendJson(
    response,
    200,
    enveloped({
      sessionToken: session.token,
      validityInSecondsST: session.validity.session,
      masterToken: session.masterToken,
      validityInSecondsMT: session.validity.master,
      sessionId: Number(session.id),
    }),
  );
}

async function touch({ service, heard, response }: Call): Promise<void> {
  service.sessions.ofToken(heard.headers.authorization);
  sendJson(response, 200, enveloped(null));
}

/** `POST /session?delete=true`: what the session runs is cancelled; its temporary tables go, and the chunks of its results. */
async function leave({ service, heard, response }: Call): Promise<void> {
  const session = service.sessions.ofToken(heard.headers.authorization);
  session.isGone = true;
  for (const query of session.history) query.cancel();
  session.transaction?.closeSync();
  session.transaction = undefined;
  for (const query of service.queries.values())
    if (query.session === session && query.result) await service.store.drop(query.result.rows);
  for (const table of session.temporary)
    await service.account.rows(`DROP TABLE IF EXISTS ${table}`);
  sendJson(response, 200, enveloped(null));
}

function ofRequest(service: Service, session: Session, requestId: string): Query | undefined {
  return [...service.queries.values()].find(
    (one) => one.session === session && one.requestId === requestId,
  );
}

/** A request that comes again with the same id hears of the same query: it is run once. */
async function ask({ service, heard, response, runsUntil }: Call): Promise<void> {
  const session = service.sessions.ofToken(heard.headers.authorization);
  const requestId = heard.query.get('requestId') ?? '';
  const body = heard.body as QueryBody;
  const known = ofRequest(service, session, requestId ?? '');
  const query =
    known ?? begin(service, session, { requestId, body, ...(runsUntil && { runsUntil }) });
  if (body.asyncExec) return sendJson(response, 200, stillRunning(query, true));
  await answer(service, query, response);
}

function begin(
  service: Service,
  session: Session,
  {
    requestId,
    body,
    runsUntil,
  }: { requestId: string; body: QueryBody; runsUntil?: Promise<unknown> },
): Query {
  const own = Object.entries(body.parameters ?? {}).map(
    ([name, value]) => [name.toUpperCase(), String(value)] as const,
  );
  const query = new Query(
    session,
    requestId,
    body.sqlText ?? '',
    new Map([...session.parameters, ...own]),
  );
  service.queries.set(query.id, query);
  session.history.push(query);
  query.begin(async () => {
    await untilAborted(runsUntil, query.signal);
    const setting = {
      account: service.account,
      store: service.store,
      describeOnly: body.describeOnly ?? false,
    };
    const found = await runText(setting, query, Binds.of(body.bindings));
    for (const child of found.children ?? []) service.queries.set(child.id, child);
    return found;
  });
  return query;
}

async function untilAborted(
  until: Promise<unknown> | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (!until) return;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([until, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function answer(service: Service, query: Query, response: ServerResponse): Promise<void> {
  if (!(await query.endsWithin(service.answerWithinMs)))
    return sendJson(response, 200, stillRunning(query, false));
  if (query.error) return sendJson(response, 200, refusal(query.error, query.id));
  const chunkUrl = (n: number): string =>
    `${service.url}/results/${query.id}?part=${n}&era=${service.chunkEra}`;
  sendJson(response, 200, resultAnswer(query, chunkUrl));
}

async function result({ service, heard, response }: Call, id: string): Promise<void> {
  service.sessions.ofToken(heard.headers.authorization);
  const query = service.queries.get(id);
  if (!query) throw new SnowflakeError('000709', '02000', `Statement ${id} not found`);
  await answer(service, query, response);
}

async function abort({ service, heard, response }: Call, id: string): Promise<void> {
  service.sessions.ofToken(heard.headers.authorization);
  const query = service.queries.get(id);
  if (!query) throw new SnowflakeError('000709', '02000', `Statement ${id} not found`);
  end(query);
  sendJson(response, 200, enveloped(null));
}

async function abortByRequest({ service, heard, response }: Call): Promise<void> {
  const session = service.sessions.ofToken(heard.headers.authorization);
  const { requestId } = heard.body as { requestId?: string };
  const query = ofRequest(service, session, requestId ?? '');
  if (!query)
    throw new SnowflakeError(
      '000605',
      '57014',
      'Identified SQL statement is not currently executing.',
    );
  end(query);
  sendJson(response, 200, enveloped(null));
}

function end(query: Query): void {
  if (query.status !== 'RUNNING')
    throw new SnowflakeError(
      '000605',
      '57014',
      'Identified SQL statement is not currently executing.',
    );
  query.cancel();
}

async function monitor({ service, heard, response }: Call, id: string): Promise<void> {
  service.sessions.ofToken(heard.headers.authorization);
  const query = service.queries.get(id);
  const queries = query
    ? [
        {
          id,
          status: query.status,
          state: query.status,
          sqlText: query.sqlText,
          startTime: query.startedAt,
          endTime: query.endedAt ?? 0,
          errorCode: query.error?.code ?? null,
          errorMessage: query.error?.message ?? null,
        },
      ]
    : [];
  sendJson(response, 200, enveloped({ queries }));
}

/** As a bucket gives it: refused without the key, and with an address that is too old. */
async function chunk({ service, heard, response }: Call, id: string): Promise<void> {
  const rows = service.queries.get(id)?.result?.rows;
  const part = rows?.chunks[Number(heard.query.get('part'))];
  if (!rows || !part)
    return sendXml(response, 404, 'NoSuchKey', 'The specified key does not exist.');
  if (Number(heard.query.get('era')) !== service.chunkEra)
    return sendXml(response, 403, 'AccessDenied', 'Request has expired');
  const isKeyed = Object.entries(chunkHeaders(rows.key)).every(
    ([name, value]) => heard.headers[name] === value,
  );
  if (!isKeyed)
    return sendXml(
      response,
      400,
      'InvalidRequest',
      'The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.',
    );
  response.writeHead(200, {
    'Content-Type': 'binary/octet-stream',
    'Content-Encoding': 'gzip',
    'Content-Length': part.compressedSize,
  });
  await pipeline(service.store.read(part), response);
}

function sendXml(response: ServerResponse, status: number, code: string, message: string): void {
  response
    .writeHead(status, { 'Content-Type': 'application/xml' })
    .end(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
}
