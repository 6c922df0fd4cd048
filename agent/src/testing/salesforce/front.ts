import type { IncomingMessage } from 'node:http';
import type { Api, Resource } from './api.js';
import { collectionResources } from './collections.js';
import { describeResources } from './describe.js';
import { bodyOf } from './http.js';
import type { Answer, ApiRequest } from './http.js';
import { jobResources } from './jobs.js';
import type { Trouble } from './moods.js';
import type { Sessions } from './oauth.js';
import { queryResources } from './query.js';
import { MultipleChoices, recordResources } from './records.js';
import { ApiError, notFound } from './refusal.js';

export interface Heard {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingMessage['headers'];
  /** Undefined: the line was cut. */
  status?: number;
}

/** The newest version that is answered for, and the oldest. */
const newest = 66;
const oldest = 41;
/** Also of the address and the headers together. */
const maxUrlBytes = 16_384;
/** 150 MB as Base64, in which uploads are kept: what the guide advises not to exceed. */
const maxUploadBytes = 100_000_000;
const maxBodyBytes = 6_000_000;

interface Received {
  request: IncomingMessage;
  body: Buffer;
  url: URL;
  path: string;
  trouble: Trouble | undefined;
}

/** What stands before the resources: trouble, sessions, limits, addresses. */
export class Front {
  readonly requests: Heard[] = [];
  used = 0;
  readonly #troubles: { trouble: Trouble; like: RegExp; skip: number; times: number }[] = [];
  readonly #holds: { like: RegExp; arrived(): void; released: Promise<void> }[] = [];
  readonly #resources: readonly { pattern: RegExp; resource: Resource }[];

  constructor(
    private readonly api: Api,
    private readonly sessions: Sessions,
  ) {
    this.#resources = [
      ...describeResources(api),
      ...recordResources(api),
      ...collectionResources(api),
      ...queryResources(api),
      ...jobResources(api),
      { path: 'limits', methods: { GET: () => this.#limits() } },
    ].map((resource) => ({
      pattern: new RegExp(`^${resource.path.replaceAll(/\{\w+\}/g, '([^/]+)')}/?$`),
      resource,
    }));
  }

  expectTrouble(
    trouble: Trouble,
    { like = /(?:)/, skip = 0, times = 1 }: { like?: RegExp; skip?: number; times?: number } = {},
  ): void {
    this.#troubles.push({ trouble, like, skip, times });
  }

  hold(like: RegExp): { held(): Promise<void>; release(): void } {
    const arrival = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    this.#holds.push({ like, arrived: arrival.resolve, released: release.promise });
    return { held: () => arrival.promise, release: () => release.resolve() };
  }

  /** Undefined cuts the line. */
  async answer(request: IncomingMessage): Promise<Answer | undefined> {
    const { method = '', url = '', headers } = request;
    const heard: Heard = { method, url, headers };
    this.requests.push(heard);
    const line = `${method} ${url}`;
    const trouble = this.#nextTrouble(line);
    if (trouble?.kind === 'cut' && trouble.when === 'before') return undefined;
    const answer = await this.#answerOr(request, trouble);
    if (trouble?.kind === 'cut') return undefined;
    heard.status = answer.status;
    return answer;
  }

  async #held(line: string): Promise<void> {
    const at = this.#holds.findIndex(({ like }) => like.test(line));
    if (at === -1) return;
    const [hold] = this.#holds.splice(at, 1);
    hold!.arrived();
    await hold!.released;
  }

  #nextTrouble(line: string): Trouble | undefined {
    for (const [n, expected] of this.#troubles.entries()) {
      if (!expected.like.test(line)) continue;
      if (expected.skip > 0) {
        expected.skip -= 1;
        continue;
      }
      expected.times -= 1;
      if (expected.times === 0) this.#troubles.splice(n, 1);
      return expected.trouble;
    }
    return undefined;
  }

  async #answerOr(request: IncomingMessage, trouble: Trouble | undefined): Promise<Answer> {
    try {
      const url = new URL(request.url ?? '', 'http://localhost');
      if ((request.url ?? '').length > maxUrlBytes)
        throw new ApiError(414, 'URI_TOO_LONG', `The URI is longer than ${maxUrlBytes} bytes`);
      if ((request.url ?? '').length + request.rawHeaders.join().length > maxUrlBytes)
        throw new ApiError(431, 'HEADERS_TOO_LONG', `URI and headers: over ${maxUrlBytes} bytes`);
      if (trouble?.kind === 'answer') return await troubled(request, trouble);
      return await this.#route(request, url, trouble);
    } catch (error) {
      return refused(error);
    }
  }

  async #route(request: IncomingMessage, url: URL, trouble?: Trouble): Promise<Answer> {
    const path = url.pathname.replace(/\/$/, '');
    const isUpload = path.endsWith('/batches');
    const isWrite = request.method !== 'GET' && path.includes('/sobjects');
    const { traffic } = this.api.saver;
    if (isWrite) traffic.requests += 1;
    try {
      const body = await bodyOf(request, isUpload ? maxUploadBytes : maxBodyBytes);
      const text = body.length > 0 && body.length < 1000 ? ` ${body.toString()}` : '';
      await this.#held(`${request.method} ${request.url}${text}`);
      return await this.#answerTo({ request, body, url, path, trouble });
    } finally {
      if (isWrite) traffic.requests -= 1;
    }
  }

  async #answerTo({ request, body, url, path, trouble }: Received): Promise<Answer> {
    if (path === '/services/oauth2/token' && request.method === 'POST')
      return this.sessions.token(new URLSearchParams(body.toString()));
    if (path === '/services/oauth2/revoke') {
      this.sessions.end(new URLSearchParams(body.toString()).get('token') ?? '');
      return { status: 200 };
    }
    if (path === '/services/data') return { status: 200, body: versions() };
    const [, version = '', rest = ''] = /^\/services\/data\/v(\d+\.0)(?:\/(.*))?$/.exec(path) ?? [];
    const number = Number(version);
    if (!(number >= oldest && number <= newest)) throw notFound();
    this.#admit(request, trouble);
    const { method = '', headers } = request;
    const asked: ApiRequest = { method, path, query: url.searchParams, headers, body, version };
    const headersOf = { 'sforce-limit-info': this.#usage() };
    const answer = await refusedOr(() => this.#resource(asked, rest));
    return { ...answer, headers: { ...headersOf, ...answer.headers } };
  }

  #admit({ headers }: IncomingMessage, trouble: Trouble | undefined): void {
    const [, token = ''] = /^(?:Bearer|OAuth) (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (trouble?.kind === 'expire') this.sessions.end(token);
    if (!this.sessions.has(token))
      throw new ApiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
    if (this.api.moods.isApiDisabled)
      throw new ApiError(
        403,
        'API_DISABLED_FOR_ORG',
        'The REST API is not enabled for this Organization.',
      );
    if (this.used >= this.api.moods.dailyRequests)
      throw new ApiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
    this.used += 1;
  }

  #usage(): string {
    return `api-usage=${this.used}/${this.api.moods.dailyRequests}`;
  }

  #limits(): Answer {
    const { dailyRequests } = this.api.moods;
    const DailyApiRequests = { Max: dailyRequests, Remaining: dailyRequests - this.used };
    const DailyBulkApiBatches = { Max: 15_000, Remaining: this.api.moods.dailyBatches };
    return { status: 200, body: { DailyApiRequests, DailyBulkApiBatches } };
  }

  async #resource(request: ApiRequest, path: string): Promise<Answer> {
    for (const { pattern, resource } of this.#resources) {
      const match = pattern.exec(path);
      if (!match) continue;
      const act = resource.methods[request.method];
      if (!act)
        throw new ApiError(
          405,
          'METHOD_NOT_ALLOWED',
          `HTTP Method '${request.method}' not allowed. Allowed are ${Object.keys(resource.methods).join(',')}`,
        );
      return act(request, match.slice(1).map(decodeURIComponent));
    }
    throw notFound();
  }
}

async function troubled(
  request: IncomingMessage,
  { status, code, message, headers }: Extract<Trouble, { kind: 'answer' }>,
): Promise<Answer> {
  request.resume();
  return {
    status,
    body: [{ message, errorCode: code }],
    ...(headers && { headers }),
  };
}

async function refusedOr(act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Answer {
  if (error instanceof MultipleChoices) return { status: 300, body: error.urls };
  if (error instanceof ApiError) {
    const { message, code, fields, status } = error;
    return { status, body: [{ message, errorCode: code, ...(fields && { fields }) }] };
  }
  const message = `An unexpected error occurred: ${String(error)}`;
  return { status: 500, body: [{ message, errorCode: 'UNKNOWN_EXCEPTION' }] };
}

function versions(): object[] {
  return Array.from({ length: newest - oldest + 1 }, (_, n) => ({
    label: `Version ${oldest + n}`,
    url: `/services/data/v${oldest + n}.0`,
    version: `${oldest + n}.0`,
  }));
}
