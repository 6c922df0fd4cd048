import { beforeEach, expect, it, vi } from 'vitest';
import { recognised, session, signIn, signOut, unrecognised } from './session.js';

beforeEach(() => session.set({ state: 'asking', visit: 0 }));

const answer = (status: number) =>
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status })));

it('tells a stranger from someone whose session ended', () => {
  unrecognised();
  expect(session.get().state).toBe('out');
  session.set({ state: 'asking', visit: 1 });
  recognised();
  unrecognised();
  expect(session.get().state).toBe('ended');
});

it('does not take a late answer of an earlier visit for a sign-in', () => {
  unrecognised();
  recognised();
  expect(session.get().state).toBe('out');
});

it.each([
  [200, 'ok'],
  [401, 'wrong'],
  [400, 'wrong'],
  [429, 'too-many'],
  [503, 'failed'],
] as const)('reads the status %d as %s', async (status, expected) => {
  answer(status);
  expect(await signIn('a@example.com', 'x')).toBe(expected);
  expect(session.get().visit).toBe(expected === 'ok' ? 1 : 0);
});

it('is not in yet when a code is wanted as well', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"twoFactorRedirect":true}')));
  expect(await signIn('a@example.com', 'x')).toBe('ok');
  expect(session.get()).toEqual({ state: 'challenged', visit: 0 });
});

it('knows that it did not reach the server', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')));
  expect(await signIn('a@example.com', 'x')).toBe('unreachable');
});

it('stays signed in when the server could not be told', async () => {
  session.set({ state: 'in', visit: 3 });
  answer(500);
  expect(await signOut()).toBe(false);
  expect(session.get()).toEqual({ state: 'in', visit: 3 });
  answer(200);
  expect(await signOut()).toBe(true);
  expect(session.get()).toEqual({ state: 'out', visit: 4 });
});
