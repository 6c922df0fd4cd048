import { Agent, errors } from 'undici';
import type { Dispatcher } from 'undici';
import { Failure } from '../failure.js';

export interface HttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
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
  return {
    send: async (request, signal) => {
      const answer = await ask(agent, request, signal);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw refusal(answer);
    },
    close: () => agent.destroy(),
  };
}

async function ask(agent: Agent, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { origin, pathname, search } = new URL(request.url);
  try {
    const { statusCode, headers, body } = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: request.method as Dispatcher.HttpMethod,
      headers: request.headers,
      body: request.body ?? null,
      signal,
    });
    return { status: statusCode, headers, body: await body.text() };
  } catch (error) {
    signal.throwIfAborted();
    throw lineFailure(error);
  }
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

function refusal(answer: HttpAnswer): Failure {
  const { status } = answer;
  const options = { vendorCode: String(status), detail: answer.body.slice(0, 10_000) };
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
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new Failure(
      'TRANSIENT',
      status === 429 ? 'destination.rate_limited' : 'destination.busy',
      'The destination asks to try later.',
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
