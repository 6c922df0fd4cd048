import { createWriteStream } from 'node:fs';
import type { WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Agent, EnvHttpProxyAgent, errors } from 'undici';
import type { Dispatcher } from 'undici';
import { crashPoint } from '../crash-point.js';
import { Failure, failureOf } from '../failure.js';
import type { Dialogue } from '../failure.js';
import { wayOut } from '../proxy.js';
import { hostOf, journeyHere } from './journey.js';
import type { LastCheck } from './destination.js';

export interface HttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  /** A function makes a body that is too large for memory, anew whenever the request is sent. */
  body?: string | Uint8Array | (() => Readable);
  /** A file that gets the body of a 2xx answer, however large it is; the answer has none then. */
  into?: string;
  /** Of an answer that is kept in memory; 4 MiB unless given. */
  maxBytes?: number;
  /** Absent where nothing is written. */
  lastCheck?: LastCheck;
}

export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** What destinations send requests with: keep-alive, time-outs, limits, and answers sorted by who must act. */
export interface HttpClient {
  /** Resolves with a 2xx answer; everything else is a Failure. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const maxAnswerBytes = 4 << 20;
/** Whoever asks for more than a year is asked again after one. */
const mostRetryAfterMs = 365 * 86_400_000;

export function openHttpClient(options: { connections: number; timeoutMs: number }): HttpClient {
  const agent = agentOf({
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: 10_000 },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
  });
  const client = { agent, waiting: new WeakMap(), placeOf: rememberPlace() };
  return {
    send: async (request, signal) => {
      const answer = await ask(client, request, signal);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw refusalOf(answer).during(dialogueOf(request, answer));
    },
    close: () => agent.destroy(),
  };
}

/** Requests that wait for an answer, by what aborts them: one listener for all of a run, not one for each request. */
type Waiting = WeakMap<AbortSignal, Among>;

/** Behind a forward proxy, as the rest of the agent. */
function agentOf(options: Agent.Options): Dispatcher {
  const proxy = wayOut();
  if (!proxy) return new Agent(options);
  const { url, except } = proxy;
  return new EnvHttpProxyAgent({ ...options, httpProxy: url, httpsProxy: url, noProxy: except });
}

async function ask(
  client: { agent: Dispatcher; waiting: Waiting; placeOf: (url: string) => Place },
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (signal.aborted) throw signal.reason;
  const exchange = new Exchange(request);
  const among = waitingFor(client.waiting, signal);
  const place = among.take(exchange);
  try {
    const { origin, path } = client.placeOf(request.url);
    assertAllowed(origin);
    client.agent.dispatch(
      {
        origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        body: (typeof request.body === 'function' ? request.body() : request.body) ?? null,
      },
      exchange,
    );
    return await exchange.answer;
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Failure ? error : lineFailure(error).during(dialogueOf(request));
  } finally {
    among.leave(place);
  }
}

/** Behind a forward proxy no socket leads to the host itself. */
function assertAllowed(origin: string): void {
  const [to] = hostOf(origin);
  if (to) journeyHere()?.assertHost(to.host, to.port);
}

function waitingFor(waiting: Waiting, signal: AbortSignal): Among {
  const known = waiting.get(signal);
  if (known) return known;
  const made = new Among();
  waiting.set(signal, made);
  signal.addEventListener('abort', () => made.abort(), { once: true });
  return made;
}

/** Places that are used again. The tables that a Set leaves behind would keep every request alive until the next large collection. */
class Among {
  private readonly exchanges: (Exchange | undefined)[] = [];
  private readonly free: number[] = [];

  take(exchange: Exchange): number {
    const place = this.free.pop() ?? this.exchanges.length;
    this.exchanges[place] = exchange;
    return place;
  }

  leave(place: number): void {
    this.exchanges[place] = undefined;
    this.free.push(place);
  }

  abort(): void {
    for (const exchange of this.exchanges) exchange?.abort();
  }
}

interface Place {
  origin: string;
  path: string;
}

/** Nothing in it is written otherwise, or left out, once the URL is taken apart. */
const plainPath = /^(\/[\w-]+)+$/;

/** Most requests of a run go to one URL, or to one place, and taking a URL apart costs as much as writing a row. */
function rememberPlace(): (url: string) => Place {
  let last: Place & { url: string } = { url: '', origin: '', path: '' };
  return (url) => {
    if (last.url === url) return last;
    const rest = url.startsWith(`${last.origin}/`) ? url.slice(last.origin.length) : '';
    if (plainPath.test(rest)) last = { url, origin: last.origin, path: rest };
    else {
      const { origin, pathname, search } = new URL(url);
      last = { url, origin, path: `${pathname}${search}` };
    }
    return last;
  };
}

/** One request and its answer, as undici tells of it. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly answer: Promise<HttpAnswer>;
  private resolve!: (answer: HttpAnswer) => void;
  private reject!: (error: unknown) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private isAborted = false;
  private status = 0;
  private headers: HttpAnswer['headers'] = {};
  private parts: Buffer[] = [];

  private size = 0;
  private file: WriteStream | undefined;

  constructor(private readonly request: Pick<HttpRequest, 'lastCheck' | 'into' | 'maxBytes'>) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Does not wait for the line: whoever asked hears of it at once. */
  abort(): void {
    this.isAborted = true;
    const reason = new errors.RequestAbortedError();
    this.controller?.abort(reason);
    this.fail(reason);
  }

  /** On a line that is open, in the very step in which the request is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isAborted) return controller.abort(new errors.RequestAbortedError());
    const { lastCheck } = this.request;
    try {
      if (lastCheck) crashPoint('batch.leaving');
      lastCheck?.();
    } catch (error) {
      this.reject(error);
      controller.abort(new errors.RequestAbortedError());
    }
  }

  /** An informational answer (1xx) comes before the one that counts. */
  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
    if (!this.request.into || status < 200 || status > 299) return;
    this.file = createWriteStream(this.request.into);
    this.file.on('error', (error) => {
      this.reject(failureOf(error));
      controller.abort(error);
    });
    this.file.on('drain', () => controller.resume());
  }

  onResponseData(controller: Dispatcher.DispatchController, part: Buffer): void {
    if (this.file) {
      if (!this.file.write(part)) controller.pause();
      return;
    }
    this.size += part.length;
    if (this.size <= (this.request.maxBytes ?? maxAnswerBytes)) this.parts.push(part);
    else controller.abort(new errors.ResponseExceededMaxSizeError());
  }

  onResponseEnd(): void {
    const body = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    const answer = { status: this.status, headers: this.headers, body: String(body) };
    if (!this.file) return this.resolve(answer);
    this.file.end((error?: Error | null) => {
      if (!error) this.resolve(answer);
    });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  private fail(error: Error): void {
    this.file?.destroy();
    this.reject(error);
  }
}

/** For the error's text; everything in it is as it was sent and received, and redacted where it is kept. */
export function dialogueOf(
  { method, url, headers, body }: HttpRequest,
  answer?: HttpAnswer,
): Dialogue {
  const text = typeof body === 'function' ? 'a file' : body;
  const request = { method, url, headers, ...(text !== undefined && { body: text }) };
  return answer ? { request, response: { ...answer } } : { request };
}

/** Nothing was sent, or nobody can tell: the difference decides whether the batch may be there. */
function lineFailure(error: unknown): Failure {
  const detail = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: string }).code ?? '';
  const neverSent = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];
  if (neverSent.includes(code) || error instanceof errors.ConnectTimeoutError)
    return new Failure(
      'TRANSIENT',
      'destination.unreachable',
      'The destination does not answer. Check its address and the network.',
      { detail },
    );
  if (/CERT|TLS|SSL|ALTNAME|SELF_SIGNED/.test(code))
    return new Failure(
      'CONFIG',
      'destination.tls_failed',
      'TLS with the destination failed. Check its certificate.',
      { detail },
    );
  return new Failure(
    'TRANSIENT',
    'destination.no_answer',
    'The connection broke before the destination answered.',
    { detail },
  );
}

/** Nothing was done. Of any other 5xx nobody can tell: a gateway gives up on a backend that goes on (502, 504). */
const untaken = [408, 425, 429, 501, 503, 505];

/** What an answer that is no success means, by who must act. */
export function refusalOf(answer: HttpAnswer): Failure {
  const { status } = answer;
  const options = { vendorCode: String(status), detail: answer.body };
  if (status === 401)
    return new Failure(
      'CONFIG',
      'destination.auth_failed',
      'The destination refuses the credentials.',
      options,
    );
  if (status === 403)
    return new Failure(
      'CONFIG',
      'destination.forbidden',
      'The credentials do not allow this.',
      options,
    );
  if (status >= 300 && status < 400)
    return new Failure(
      'CONFIG',
      'destination.redirected',
      'The destination redirects; write the address that it redirects to.',
      options,
    );
  if (untaken.includes(status))
    return new Failure(
      'TRANSIENT',
      status === 429 ? 'destination.rate_limited' : 'destination.busy',
      'The destination asks to try later.',
      { ...options, retryAfterMs: retryAfterMs(answer) },
    );
  if (status >= 500)
    return new Failure(
      'TRANSIENT',
      'destination.failed_midway',
      'The destination failed while it had the request, which it may have taken.',
      { ...options, retryAfterMs: retryAfterMs(answer) },
    );
  return new Failure(
    'REJECTED',
    'destination.rejected',
    'The destination refuses the record.',
    options,
  );
}

/** Seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after); a date counts from the answer's own. */
function retryAfterMs({ headers }: HttpAnswer): number {
  const value = String(headers['retry-after'] ?? '');
  const until = Date.parse(value);
  const from = Date.parse(String(headers['date'] ?? ''));
  const wish = /^\d+$/.test(value) ? Number(value) * 1000 : until - from;
  return Number.isNaN(wish) ? 0 : Math.min(Math.max(0, wish), mostRetryAfterMs);
}
