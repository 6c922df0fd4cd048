import { Agent, errors } from 'undici';
import type { Dispatcher } from 'undici';
import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import type { Dialogue } from '../failure.js';
import type { LastCheck } from './destination.js';

export interface HttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
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
  const agent = new Agent({
    connections: options.connections,
    pipelining: 1,
    connect: { timeout: 10_000 },
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    maxResponseSize: maxAnswerBytes,
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

async function ask(
  client: { agent: Agent; waiting: Waiting; placeOf: (url: string) => Place },
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  if (signal.aborted) throw signal.reason;
  const exchange = new Exchange(request.lastCheck);
  const among = waitingFor(client.waiting, signal);
  const place = among.take(exchange);
  try {
    const { origin, path } = client.placeOf(request.url);
    client.agent.dispatch(
      {
        origin,
        path,
        method: request.method as Dispatcher.HttpMethod,
        headers: request.headers,
        body: request.body ?? null,
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

  constructor(private readonly lastCheck?: LastCheck) {
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
    this.reject(reason);
  }

  /** On a line that is open, in the very step in which the request is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.isAborted) return controller.abort(new errors.RequestAbortedError());
    try {
      if (this.lastCheck) crashPoint('batch.leaving');
      this.lastCheck?.();
    } catch (error) {
      this.reject(error);
      controller.abort(new errors.RequestAbortedError());
    }
  }

  /** An informational answer (1xx) comes before the one that counts. */
  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, part: Buffer): void {
    this.parts.push(part);
  }

  onResponseEnd(): void {
    const body = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    this.resolve({ status: this.status, headers: this.headers, body: String(body) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}

/** For the error's text; everything in it is as it was sent and received, and redacted where it is kept. */
export function dialogueOf(
  { method, url, headers, body }: HttpRequest,
  answer?: HttpAnswer,
): Dialogue {
  const request = { method, url, headers, ...(body !== undefined && { body }) };
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
