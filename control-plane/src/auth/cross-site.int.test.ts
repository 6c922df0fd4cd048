import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openHouse, password, signUp, type House } from '../account/testing/visitor.js';
import { codesOf } from '../testing/test-app.js';
import { SignIn } from './sign-in.js';

let house: House;
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'));
});
afterAll(() => house.close());

const paths = [
  '/sign-in/email',
  '/sign-out',
  '/change-password',
  '/revoke-sessions',
  '/account/sign-up',
  '/account/sign-up/finish',
  '/account/reset',
  '/account/reset/finish',
];

describe('a page of another site', () => {
  it('posts nothing to us, signed in or not', async () => {
    const email = 'ada@example.com';
    const ada = await signUp(house, email, 'Acme');
    const mailsBefore = house.mail.mails.length;
    const body = { email, password, token: 'dbl_', name: 'Eve', workspace: 'Eves' };
    for (const visitor of [ada, house.visitor()])
      for (const path of paths)
        for (const origin of ['https://evil.example', 'null', ''])
          expect({ path, origin, ...(await visitor.post(path, body, { origin })) }).toMatchObject({
            status: 403,
            body: { code: 'auth.cross_site' },
          });
    expect(house.mail.mails).toHaveLength(mailsBefore);
    expect(codesOf(await house.test.ask(ada.cookies(), '{ viewer { name } }'))).toEqual([]);
  });
});

describe('a session', () => {
  it('has a new id after a sign-in, whatever cookie the browser had before', async () => {
    const email = 'bob@example.com';
    const bob = await signUp(house, email, 'Bobs');
    const planted = bob.cookies()['cookie'] ?? '';
    expect(planted).toContain('session_token');
    await bob.signIn(email, password);
    expect(bob.cookies()['cookie']).not.toBe(planted);
    const made = planted.replace(/(session_token=)[^;]*/, '$1chosen-by-somebody-else.signature');
    const answer = await bob.post('/sign-in/email', { email, password }, { cookie: made });
    expect(answer.status).toBe(200);
    expect(bob.cookies()['cookie']).not.toContain('chosen-by-somebody-else');
    expect(codesOf(await house.test.ask({ cookie: made }, '{ viewer { name } }'))).toEqual([
      'auth.required',
    ]);
  });
});

describe('the sign-in library', () => {
  it('has no other paths than ours, whatever it brings', async () => {
    const { auth } = house.test.app.get(SignIn, { strict: false });
    const endpoints = Object.values(auth.api) as {
      path?: string;
      options?: { method?: unknown };
    }[];
    const asked: string[] = [];
    const open: string[] = [];
    for (const { path, options } of endpoints)
      for (const method of [options?.method ?? []].flat().map(String)) {
        if (!path) continue;
        asked.push(path);
        const at = path.replaceAll(/:\w+/g, 'x');
        const visitor = house.visitor();
        const status =
          method === 'POST'
            ? (await visitor.post(at, {})).status
            : (await visitor.get(`/api/auth${at}`)).status;
        if (status !== 404) open.push(`${method} ${path}`);
      }
    expect(asked.length).toBeGreaterThan(30);
    expect(open.toSorted()).toEqual([
      'GET /account/ways',
      'GET /magic-link/verify',
      'POST /account/invitation/join',
      'POST /account/invitation/look',
      'POST /account/reset',
      'POST /account/reset/finish',
      'POST /account/sign-up',
      'POST /account/sign-up/finish',
      'POST /change-password',
      'POST /passkey/add',
      'POST /passkey/begin',
      'POST /passkey/begin-sign-in',
      'POST /passkey/sign-in',
      'POST /sign-in/email',
      'POST /sign-in/social',
      'POST /sign-out',
      'POST /two-factor/disable',
      'POST /two-factor/enable',
      'POST /two-factor/generate-backup-codes',
      'POST /two-factor/verify-backup-code',
      'POST /two-factor/verify-totp',
      'POST /workspace/sign-in',
    ]);
  });
});
