import { makeStore } from './store.js';

/**
 * asking → in | out, by the first answer of the server. out | ended → challenged, when the password was right and a code is
 * wanted as well; a right one leads to asking. in → ended, when it stops knowing us; in → out, when the
 * person signs out. out | ended → asking, after a sign-in. Each sign-in is a new visit: nothing that an earlier
 * person saw is kept.
 */
export interface Session {
  state: 'asking' | 'in' | 'out' | 'ended' | 'challenged';
  visit: number;
}

export const session = makeStore<Session>({ state: 'asking', visit: 0 });

export function recognised(): void {
  const { state, visit } = session.get();
  if (state === 'asking') session.set({ state: 'in', visit });
}

export function unrecognised(): void {
  const { state, visit } = session.get();
  if (state === 'asking') session.set({ state: 'out', visit });
  if (state === 'in') session.set({ state: 'ended', visit });
}

export type SignInAnswer = 'ok' | 'wrong' | 'too-many' | 'unreachable' | 'failed';

/** `ok` also when a code is wanted as well: the session's state says so, and the door asks for it. */
export async function signIn(email: string, password: string): Promise<SignInAnswer> {
  const answer = await post('/api/auth/sign-in/email', { email, password });
  if (answer?.status === 200) {
    const { twoFactorRedirect } = (await answer.json()) as { twoFactorRedirect?: boolean };
    const { visit } = session.get();
    session.set(
      twoFactorRedirect ? { state: 'challenged', visit } : { state: 'asking', visit: visit + 1 },
    );
    return 'ok';
  }
  if (answer === undefined) return 'unreachable';
  if (answer.status === 429) return 'too-many';
  return answer.status >= 500 || answer.status === 404 ? 'failed' : 'wrong';
}

/** False when the server could not be told; then the session still stands. */
export async function signOut(): Promise<boolean> {
  const status = (await post('/api/auth/sign-out', {}))?.status;
  // A server that no longer knows us has nothing left to end.
  if (status !== 200 && status !== 401) return false;
  session.set({ state: 'out', visit: session.get().visit + 1 });
  return true;
}

async function post(path: string, body: object): Promise<Response | undefined> {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    return undefined;
  }
}
