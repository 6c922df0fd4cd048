import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeState } from './fake-state.js';

const cookieName = 'better-auth.session_token';

export const isSignedIn = (state: FakeState, { headers }: IncomingMessage): boolean =>
  [...state.sessions].some((session) => headers.cookie?.includes(`${cookieName}=${session}`));

/** Sign-in by password and by link, and sign-out, in the manner of the real sign-in library. */
export async function answerAuth(
  state: FakeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  switch (pathname) {
    case '/api/auth/sign-in/email':
      return signIn(state, await bodyOf(request), response);
    case '/api/auth/magic-link/verify':
      return openLink(state, searchParams.get('token'), response);
    case '/api/auth/account/ways':
      return say(response, 200, { signUp: false });
    case '/api/auth/sign-out':
      state.sessions.clear();
      return say(response, 200, { success: true });
    default:
      return say(response, 404, { message: 'Not found' });
  }
}

function signIn(state: FakeState, body: Record<string, unknown>, response: ServerResponse): void {
  const isRight = body['email'] === state.email && body['password'] === state.password;
  if (!isRight) return say(response, 401, { code: 'INVALID_EMAIL_OR_PASSWORD' });
  response.setHeader('set-cookie', newCookie(state));
  say(response, 200, { redirect: false });
}

function openLink(state: FakeState, token: string | null, response: ServerResponse): void {
  if (token !== 'good') {
    response.writeHead(302, { location: '/sign-in?error=INVALID_TOKEN' }).end();
    return;
  }
  response.writeHead(302, { location: '/', 'set-cookie': newCookie(state) }).end();
}

function newCookie(state: FakeState): string {
  const session = randomUUID();
  state.sessions.add(session);
  return `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Lax`;
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Record<string, unknown>;
}
