import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openHouse, type House, type Visitor } from '../account/testing/visitor.js';
import {
  client,
  openIdentityProvider,
  type IdentityProvider,
} from './testing/identity-provider.js';

let provider: IdentityProvider;
let house: House;
beforeAll(async () => {
  provider = await openIdentityProvider('http://localhost:3000/api/auth/callback/oidc');
  const oidc = { issuer: provider.issuer, name: 'Example ID', ...client };
  house = await openHouse(inject('postgresUrl'), { oidc });
});
afterAll(async () => {
  await house.close();
  await provider.close();
});

const begin = async (visitor: Visitor): Promise<string> => {
  const wish = { provider: 'oidc', callbackURL: '/', errorCallbackURL: '/sign-in' };
  const { body } = await visitor.post('/sign-in/social', wish);
  return String(body['url']);
};

/** Where the browser is led at last. */
async function signInAs(visitor: Visitor, person: string): Promise<URL> {
  const back = await provider.signIn(await begin(visitor), person);
  return leadBack(visitor, back);
}

async function leadBack(visitor: Visitor, { pathname, search }: URL): Promise<URL> {
  const answer = await visitor.get(`${pathname}${search}`);
  return new URL(answer.headers.get('location') ?? '', house.test.config.publicUrl);
}

const emailOf = async (visitor: Visitor) =>
  (await house.test.ask<{ viewer: { email: string } }>(visitor.cookies(), '{ viewer { email } }'))
    .data?.viewer.email;

describe('an identity provider', () => {
  it('leads in who has an account, and its tokens are not kept', async () => {
    await house.test.makeWorkspace('Acme', 'ada@example.com');
    const visitor = house.visitor();
    const { pathname, search } = await signInAs(visitor, 'ada');
    expect([pathname, search]).toEqual(['/', '']);
    expect(await emailOf(visitor)).toBe('ada@example.com');
    const again = house.visitor();
    await signInAs(again, 'ada');
    expect(await emailOf(again)).toBe('ada@example.com');
    const accounts = await house.test.database.account.findMany({ where: { providerId: 'oidc' } });
    expect(accounts).toHaveLength(1);
    expect(accounts[0]).toMatchObject({ accessToken: null, refreshToken: null, idToken: null });
  });

  it('makes no account, also where anybody may sign up', async () => {
    const visitor = house.visitor();
    const { pathname, searchParams } = await signInAs(visitor, 'stranger');
    expect([pathname, searchParams.get('error')]).toEqual(['/sign-in', 'signup_disabled']);
    expect(await emailOf(visitor)).toBeUndefined();
    const where = { email: 'stranger@example.com' };
    expect(await house.test.database.user.count({ where })).toBe(0);
  });

  it('that has not verified an address opens nobody’s account with it', async () => {
    await house.test.makeWorkspace('Bobs', 'bob@example.com');
    const visitor = house.visitor();
    const { searchParams } = await signInAs(visitor, 'bob+unverified');
    expect(searchParams.get('error')).toBe('account_not_linked');
    expect(await emailOf(visitor)).toBeUndefined();
  });

  it('answers the browser that asked, and no other', async () => {
    await house.test.makeWorkspace('Cleos', 'cleo@example.com');
    const back = await provider.signIn(await begin(house.visitor()), 'cleo');
    const victim = house.visitor();
    expect((await leadBack(victim, back)).searchParams.get('error')).toBeTruthy();
    expect(await emailOf(victim)).toBeUndefined();
  });
});
