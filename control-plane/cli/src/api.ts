import type { Server } from './config.js';
import { version } from './version.js';
import { CliFailure } from './failure.js';

/** A GraphQL document with the types of what goes in and what comes out. */
export interface Operation<Result, Variables> {
  document: string;
  /** Never set; it carries the types. */
  types?: (variables: Variables) => Result;
}

export type Ask = <Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
) => Promise<Result>;

/** Longer than the server itself waits for an agent. */
const timeoutMs = 40_000;

/** Asks the public API, the same that everybody has. */
export function makeAsk(server: Server): Ask {
  return async (operation, variables) => {
    const response = await post(server, { query: operation.document, variables });
    return resultOf(response.status, await bodyOf(response, server.url)) as never;
  };
}

async function post({ url, token }: Server, body: object): Promise<Response> {
  try {
    return await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
        // How the history of the configuration tells it from other users of a key.
        'user-agent': `drawbridge-cli/${version}`,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      // A redirect would carry the token to whoever it names.
      redirect: 'error',
    });
  } catch (error) {
    const message = `No answer from ${url} (${reasonOf(error)}). Is Drawbridge running there, and is DRAWBRIDGE_URL right?`;
    throw new CliFailure('cli.unreachable', message);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.name === 'TimeoutError' ? `silent for ${timeoutMs / 1000} s` : error.message;
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: unknown } }[];
}

async function bodyOf(response: Response, url: string): Promise<Body> {
  try {
    return (await response.json()) as Body;
  } catch {
    const message = `${url} answered with status ${response.status} and no JSON. Is DRAWBRIDGE_URL the address of a Drawbridge control plane?`;
    throw new CliFailure(response.status >= 500 ? 'cli.unreachable' : 'cli.bad_answer', message);
  }
}

function resultOf(status: number, { data, errors = [] }: Body): unknown {
  const [error] = errors;
  if (!error && status < 400 && data) return data;
  const code = typeof error?.extensions?.code === 'string' ? error.extensions.code : 'cli.refused';
  const message = error?.message ?? `The server answered with status ${status}.`;
  throw new CliFailure(code, withAdvice(status, code, message), isWrongUsage(code) ? 2 : 1);
}

/** What the server refuses because of how it was asked, whatever the state of things. */
const isWrongUsage = (code: string): boolean =>
  code.endsWith('not_found') ||
  code === 'run.options_conflict' ||
  code === 'run.bad_filter' ||
  code === 'run.bad_canary';

function withAdvice(status: number, code: string, message: string): string {
  if (status === 401 || code === 'auth.required' || code === 'auth.bad_key')
    return `${message} Check DRAWBRIDGE_TOKEN: it must be an API key of this workspace.`;
  if (code === 'graphql.invalid')
    return `${message} This command line and the control plane are of different versions: update the older one.`;
  return message;
}
