import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openHouse, password, signUp, type House } from '../account/testing/visitor.js';
import { codesOf } from '../testing/test-app.js';

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
