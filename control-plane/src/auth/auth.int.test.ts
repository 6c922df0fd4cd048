import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import { hashOfToken } from '../account/token.js';

let test: TestApp;
let acme: Workspace;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'));
  acme = await test.makeWorkspace('acme', 'ada@example.com');
});
afterAll(() => test.close());

const viewer = '{ viewer { name email role } workspace { name } }';

/** The link's path on the port that this test listens on. */
const open = (link: string): Promise<Response> => {
  const { pathname, search } = new URL(link);
  return fetch(`${test.url}${pathname}${search}`, { redirect: 'manual' });
};
const cookieIn = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
/** The command makes a new key as well, and the former one ends. */
const newLink = async (): Promise<string> => {
  acme = await test.makeWorkspace('acme', 'ada@example.com');
  return acme.signInLink;
};

describe('a sign-in link', () => {
  it('signs its owner in, once', async () => {
    const link = await newLink();
    const first = await open(link);
    expect(first.status).toBe(302);
    expect(new URL(first.headers.get('location') ?? '', test.config.publicUrl).pathname).toBe('/');
    const cookie = cookieIn(first);
    const { data } = await test.ask({ cookie }, viewer);
    expect(data).toEqual({
      viewer: { name: 'ada', email: 'ada@example.com', role: 'owner' },
      workspace: { name: 'acme' },
    });
    const second = await open(link);
    expect(second.headers.get('location')).toContain('/sign-in?error=');
    expect(second.headers.getSetCookie().join()).not.toContain('session_token=ey');
    expect(codesOf(await test.ask({ cookie: cookieIn(second) }, viewer))).toContain(
      'auth.required',
    );
  });

  it('rests in the database as a hash alone', async () => {
    const token = new URL(await newLink()).searchParams.get('token') ?? '';
    expect(token.length).toBeGreaterThan(20);
    const kept = JSON.stringify(await test.database.verification.findMany());
    expect(kept).toContain('ada@example.com');
    expect(kept).not.toContain(token);
  });

  it('can not be asked for from outside, nor can an account be made', async () => {
    const post = (path: string, body: object): Promise<Response> =>
      fetch(`${test.url}/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: test.config.publicUrl },
        body: JSON.stringify(body),
      });
    const link = await post('/sign-in/magic-link', { email: 'ada@example.com' });
    expect(link.status).toBe(404);
    const account = { email: 'eve@example.com', password: 'long enough 123', name: 'eve' };
    expect((await post('/sign-up/email', account)).status).toBe(404);
    expect(await test.database.user.count({ where: { email: 'eve@example.com' } })).toBe(0);
  });
});

describe('a browser session', () => {
  it('is refused to pages of other sites', async () => {
    const cookie = cookieIn(await open(await newLink()));
    const asked = (headers: Record<string, string>) => test.ask({ cookie, ...headers }, viewer);
    expect(codesOf(await asked({ origin: 'https://evil.example' }))).toContain('auth.cross_site');
    expect(codesOf(await asked({ 'sec-fetch-site': 'cross-site' }))).toContain('auth.cross_site');
    expect(codesOf(await asked({ origin: 'http://localhost:3000' }))).toEqual([]);
  });

  it('ends when it is signed out', async () => {
    const cookie = cookieIn(await open(await newLink()));
    const out = await fetch(`${test.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie, origin: test.config.publicUrl, 'content-type': 'application/json' },
      body: '{}',
    });
    expect(out.status).toBe(200);
    expect(codesOf(await test.ask({ cookie }, viewer))).toContain('auth.required');
  });
});

describe('an API key', () => {
  it('works until it expires, and is kept as a hash', async () => {
    const create =
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { id key } }';
    const made = await test.ask<{ createApiKey: { id: string; key: string } }>(acme, create, {
      input: { name: 'ci', expiresAt: '2999-01-01T00:00:00Z' },
    });
    const { id, key } = made.data!.createApiKey;
    expect(key).toMatch(/^dbk_[A-Za-z0-9_-]{43}$/);
    const headers = { authorization: `Bearer ${key}` };
    expect((await test.ask(headers, viewer)).data).toMatchObject({ viewer: { name: 'ci' } });
    const row = await test.database.apiKey.findUniqueOrThrow({ where: { id } });
    expect(Buffer.from(row.hash)).toEqual(Buffer.from(hashOfToken(key)));
    expect(row.lastUsedAt).not.toBeNull();

    await test.database.apiKey.update({ where: { id }, data: { expiresAt: new Date(0) } });
    expect(codesOf(await test.ask(headers, viewer))).toContain('auth.bad_key');
    const again = await test.ask(acme, create, { input: { name: 'ci' } });
    expect(codesOf(again)).toEqual(['key.name_taken']);
  });

  it('of the setup command is replaced by the next one', async () => {
    const former = acme;
    acme = await test.makeWorkspace('acme', 'ada@example.com');
    expect(codesOf(await test.ask(former, viewer))).toContain('auth.bad_key');
    expect((await test.ask(acme, viewer)).errors).toBeUndefined();
  });
});
