import type { HttpAnswer, HttpClient, HttpRequest } from '../../connector/http.js';
import { Failure } from '../../failure.js';
import type { Quota } from './quota.js';
import { refusalOf } from './refusal.js';
import type { Session, SignIn } from './sign-in.js';

/** A request to an org, without who asks. */
export interface OrgRequest extends Pick<HttpRequest, 'body' | 'into' | 'maxBytes' | 'lastCheck'> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/services/data/vNN.N`, unless it begins with `/services/`. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** It ends what has begun: asked however little is left of the daily calls. */
  isOwed?: boolean;
}

/** One org, and the session in it, which every request shares. */
export class Org {
  private session: Promise<Session> | undefined;

  constructor(
    private readonly client: HttpClient,
    private readonly signIn: SignIn,
    private readonly to: { apiVersion: string; quota: Quota },
  ) {}

  /** Refused because the session is over, a request is sent once more in a new one. Failures as those of `HttpClient`. */
  async send(request: OrgRequest, signal: AbortSignal): Promise<HttpAnswer> {
    if (!request.isOwed) this.to.quota.check();
    const session = this.current(signal);
    try {
      return await this.sendIn(await session, request, signal);
    } catch (error) {
      if (!isExpired(error)) throw translated(error);
    }
    if (this.session === session) this.session = undefined;
    return this.sendIn(await this.current(signal), request, signal).catch((error: unknown) => {
      throw translated(error);
    });
  }

  async json(request: OrgRequest, signal: AbortSignal): Promise<unknown> {
    const { body } = await this.send(request, signal);
    try {
      return JSON.parse(body);
    } catch {
      throw unreadable(body);
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Many ask at once, one signs in. */
  private current(signal: AbortSignal): Promise<Session> {
    if (this.session) return this.session;
    const session = this.signIn(signal);
    this.session = session;
    session.catch(() => {
      if (this.session === session) this.session = undefined;
    });
    return session;
  }

  private async sendIn(
    { instanceUrl, token }: Session,
    { path, headers, ...request }: OrgRequest,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const { apiVersion, quota } = this.to;
    const root = path.startsWith('/services/') ? '' : `/services/data/v${apiVersion}`;
    const url = `${instanceUrl}${root}${path}`;
    const all = {
      accept: 'application/json',
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
      authorization: `Bearer ${token}`,
    };
    try {
      const answer = await this.client.send({ ...request, url, headers: all }, signal);
      quota.note(answer.headers);
      return answer;
    } catch (error) {
      const response = error instanceof Failure ? error.dialogue?.response : undefined;
      if (response) quota.note(response['headers'] as Record<string, unknown>);
      throw error;
    }
  }
}

/** A 2xx answer that nobody can read: what it was about may be done. */
export function unreadable(body: string): Failure {
  return new Failure(
    'TRANSIENT',
    'destination.failed_midway',
    'The destination failed while it had the request, which it may have taken.',
    { detail: body },
  );
}

/** Answered with 401 `INVALID_SESSION_ID`: nothing was done. */
function isExpired(error: unknown): boolean {
  return error instanceof Failure && error.vendorCode === '401' && error.dialogue !== undefined;
}

function translated(error: unknown): unknown {
  return error instanceof Failure ? refusalOf(error) : error;
}
