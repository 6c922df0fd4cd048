import { makeStore } from './store.js';

/**
 * asking → in | out, by the first answer of the server. in → ended, when it stops knowing us; in → out, when the
 * person signs out. out | ended → asking, after a sign-in. Each sign-in is a new visit: nothing that an earlier
 * person saw is kept.
 */
export interface Session {
  state: 'asking' | 'in' | 'out' | 'ended';
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

export async function signIn(email: string, password: string): Promise<SignInAnswer> {
  const status = await post('/api/auth/sign-in/email', { email, password });
  if (status === 200) {
    session.set({ state: 'asking', visit: session.get().visit + 1 });
    return 'ok';
  }
  if (status === undefined) return 'unreachable';
  if (status === 429) return 'too-many';
  return status >= 500 || status === 404 ? 'failed' : 'wrong';
}

/** False when the server could not be told; then the session still stands. */
export async function signOut(): Promise<boolean> {
  const status = await post('/api/auth/sign-out', {});
  // A server that no longer knows us has nothing left to end.
  if (status !== 200 && status !== 401) return false;
  session.set({ state: 'out', visit: session.get().visit + 1 });
  return true;
}

async function post(path: string, body: object): Promise<number | undefined> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  } catch {
    return undefined;
  }
}
