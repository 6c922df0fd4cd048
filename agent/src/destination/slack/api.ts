import { WebAPIPlatformError, WebAPIRequestError, WebClient } from '@slack/web-api';
import type { WebClientOptions } from '@slack/web-api';
import type { LastCheck } from '../../connector/destination.js';
import { dialogueOf } from '../../connector/http.js';
import type { HttpAnswer, HttpClient, HttpRequest } from '../../connector/http.js';
import { Failure } from '../../failure.js';
import type { Dialogue } from '../../failure.js';
import { refusalOf, unsaid } from './refusals.js';

export interface Where {
  apiUrl: string;
  token: string;
}

/** An answer of Slack's that says `ok`. */
export type Answer = Readonly<Record<string, unknown>> & {
  readonly response_metadata?: { next_cursor?: string; scopes?: readonly string[] };
};

type Fetch = NonNullable<WebClientOptions['fetch']>;

/**
 * Slack's own client on our lines: they know when a request leaves, whether it may, and what a broken one means. The
 * client makes requests and reads answers; it neither retries, nor waits, nor logs, nor calls any other address.
 */
export class SlackApi {
  constructor(
    private readonly http: HttpClient,
    readonly where: Where,
  ) {}

  /** For a method that changes nothing: what it didn't answer is asked again. */
  async ask(method: string, args: object, signal: AbortSignal): Promise<Answer> {
    try {
      return await this.call(method, args, { signal });
    } catch (error) {
      throw error instanceof Failure ? unsaid(error) : error;
    }
  }

  /** For a method that posts. */
  async tell(
    method: string,
    args: object,
    how: { signal: AbortSignal; lastCheck: LastCheck },
  ): Promise<Answer> {
    return this.call(method, args, how);
  }

  /** The bytes of a file, to where Slack wants them. Nobody sees them yet. */
  async upload(url: string, content: string | Uint8Array, signal: AbortSignal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    try {
      await this.http.send({ method: 'POST', url, headers, body: content }, signal);
    } catch (error) {
      throw error instanceof Failure ? unsaid(error) : error;
    }
  }

  private async call(
    method: string,
    args: object,
    how: { signal: AbortSignal; lastCheck?: LastCheck },
  ): Promise<Answer> {
    let dialogue: Dialogue | undefined;
    const client = new WebClient(this.where.token, {
      slackApiUrl: this.where.apiUrl,
      allowAbsoluteUrls: false,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logger: silence,
      fetch: fetchBy(this.http, how, (told) => (dialogue = told)),
    });
    try {
      return (await client.apiCall(method, { ...args })) as unknown as Answer;
    } catch (error) {
      throw causeOf(error, dialogue);
    }
  }
}

function fetchBy(
  http: HttpClient,
  { signal, lastCheck }: { signal: AbortSignal; lastCheck?: LastCheck },
  tell: (dialogue: Dialogue) => void,
): Fetch {
  return async (url, init = {}) => {
    const request: HttpRequest = {
      method: init.method ?? 'POST',
      url: String(url),
      headers: init.headers ?? {},
      ...(typeof init.body === 'string' && { body: init.body }),
      ...(lastCheck && { lastCheck }),
    };
    const answer = await http.send(request, signal);
    tell(dialogueOf(request, answer));
    return responseOf(request.url, answer);
  };
}

function responseOf(
  url: string,
  { status, headers, body }: HttpAnswer,
): Awaited<ReturnType<Fetch>> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value ?? ''),
  ]);
  const bytes = (): ArrayBuffer => new Uint8Array(Buffer.from(body)).buffer;
  return {
    ok: true,
    status,
    statusText: '',
    url,
    headers: {
      get: (name) => entries.find(([known]) => known === name.toLowerCase())?.[1] ?? null,
      entries: () => entries,
    },
    arrayBuffer: async () => bytes(),
    json: async () => JSON.parse(body) as unknown,
    text: async () => body,
  };
}

/** What the client wraps, or what Slack's own no means. */
function causeOf(error: unknown, dialogue: Dialogue | undefined): unknown {
  if (error instanceof WebAPIRequestError) return error.original;
  if (!(error instanceof WebAPIPlatformError)) return error;
  const failure = refusalOf(error.data as unknown as Parameters<typeof refusalOf>[0]);
  return dialogue ? failure.during(dialogue) : failure;
}

const nothing = (): void => undefined;
/** The client would write what it sends, and that is rows. */
const silence: NonNullable<WebClientOptions['logger']> = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as ReturnType<NonNullable<WebClientOptions['logger']>['getLevel']>,
  setName: nothing,
};
