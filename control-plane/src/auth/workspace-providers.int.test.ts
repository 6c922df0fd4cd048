import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  enter,
  openHouse,
  password,
  secretIn,
  type House,
  type Visitor,
} from '../account/testing/visitor.js';
import { codesOf } from '../testing/test-app.js';
import { openForgingProvider, type Forgery } from './testing/forging-provider.js';
import {
  client,
  openIdentityProvider,
  type IdentityProvider,
} from './testing/identity-provider.js';

let house: House;
let ada: Visitor;
let bob: Visitor;
let acmesProvider: IdentityProvider;
let evesProvider: IdentityProvider;
let acmeId: string;

/** Acme has Ada and Bob; Bob has a workspace of his own as well. Eve has a workspace and a provider that says what she likes. */
beforeAll(async () => {
  house = await openHouse(inject('postgresUrl'), { webhookNetworks: ['127.0.0.1'] });
  ada = await enter(house, 'ada@example.com', 'Acme');
  bob = await enter(house, 'bob@example.com', 'Bobs');
  const eve = await enter(house, 'eve@example.com', 'Eves');
  await ask(
    ada,
    'inviteMember(input: { email: "bob@example.com", role: "viewer" }) { invitation { id } }',
  );
  const { token } = secretIn(await house.mail.next('bob@example.com'));
  await bob.post('/account/invitation/join', { token, name: '', password: '' });
  [acmeId, acmesProvider] = await named(ada);
  [, evesProvider] = await named(eve);
});
afterAll(async () => {
  await house.close();
  await Promise.all([acmesProvider.close(), evesProvider.close()]);
});

const ask = (who: Visitor, mutation: string) =>
  house.test.ask(who.cookies(), `mutation { ${mutation} }`);

async function named(owner: Visitor): Promise<[string, IdentityProvider]> {
  const { data } = await house.test.ask<{ workspace: { id: string } }>(
    owner.cookies(),
    '{ workspace { id } }',
  );
  const id = data?.workspace.id ?? '';
  const back = `${house.test.config.publicUrl}/api/auth/workspace/callback/${id}`;
  const provider = await openIdentityProvider(back);
  const { errors } = await ask(owner, naming(provider.issuer));
  expect(errors).toBeUndefined();
  return [id, provider];
}

const naming = (issuer: string) =>
  `setIdentityProvider(input: { issuer: "${issuer}", clientId: "${client.clientId}", clientSecret: "${client.clientSecret}" }) { identityProvider { callbackUrl } }`;

const begin = async (visitor: Visitor, workspace: string) =>
  String((await visitor.post('/workspace/sign-in', { workspace })).body['url']);

/** The code of why not, or where it leads. */
async function led(visitor: Visitor, { pathname, search }: URL): Promise<string> {
  const answer = await visitor.get(`${pathname}${search}`);
  const to = new URL(answer.headers.get('location') ?? '', house.test.config.publicUrl);
  return to.searchParams.get('error') ?? to.pathname;
}

async function signIn(visitor: Visitor, workspace: string, person: string): Promise<string> {
  const provider = workspace === 'Acme' ? acmesProvider : evesProvider;
  return led(visitor, await provider.signIn(await begin(visitor, workspace), person));
}

const seen = async (visitor: Visitor) =>
  (
    await house.test.ask<{ viewer: { email: string }; workspace: { name: string } }>(
      visitor.cookies(),
      '{ viewer { email } workspace { name } }',
    )
  ).data;

describe('the identity provider of a workspace', () => {
  it('leads its members into it, and into nothing else of theirs', async () => {
    const visitor = house.visitor();
    expect(await signIn(visitor, 'Acme', 'bob')).toBe('/');
    expect(await seen(visitor)).toEqual({
      viewer: { email: 'bob@example.com' },
      workspace: { name: 'Acme' },
    });
    const { data } = await house.test.ask<{
      memberships: object[];
      sessions: object[];
      passkeys: object[];
    }>(
      visitor.cookies(),
      '{ memberships { workspace { name } } sessions { isCurrent } passkeys { id } }',
    );
    expect(data).toEqual({
      memberships: [{ workspace: { name: 'Acme' } }],
      sessions: [{ isCurrent: true }],
      passkeys: [],
    });
    const bobs = await house.test.database.workspace.findFirstOrThrow({ where: { name: 'Bobs' } });
    for (const deed of [
      `switchWorkspace(input: { workspaceId: "${bobs.id}" }) { workspace { id } }`,
      `leaveWorkspace(input: { workspaceId: "${acmeId}" }) { workspaceId }`,
      'createWorkspace(input: { name: "Another" }) { workspace { id } }',
      'revokeOtherSessions { revoked }',
    ])
      expect(codesOf(await ask(visitor, deed))).toEqual(['auth.held']);
    for (const path of [
      '/change-password',
      '/passkey/begin',
      '/passkey/add',
      '/two-factor/enable',
      '/two-factor/disable',
      '/two-factor/generate-backup-codes',
      '/two-factor/verify-totp',
      '/two-factor/verify-backup-code',
      '/account/invitation/join',
    ]) {
      const body = {
        password,
        currentPassword: password,
        newPassword: `${password} 2`,
        code: '0',
        token: 't',
        name: '',
      };
      expect({ path, ...(await visitor.post(path, body)) }).toMatchObject({
        path,
        status: 403,
        body: { code: 'auth.held' },
      });
    }
    // Bob himself, by the other door, is where he was.
    expect((await seen(bob))?.viewer.email).toBe('bob@example.com');
    expect((await visitor.post('/sign-out', {})).status).toBe(200);
    expect(await seen(visitor)).toBeNull();
  });

  it('catches nobody of another workspace, whatever it says of them', async () => {
    for (const victim of ['ada', 'bob', 'stranger']) {
      const visitor = house.visitor();
      expect(await signIn(visitor, 'Eves', victim)).toBe('provider.no_member');
      expect(await seen(visitor)).toBeNull();
    }
    const linked = { providerId: { startsWith: 'workspace:' } };
    expect(
      await house.test.database.account.count({
        where: { ...linked, user: { email: 'ada@example.com' } },
      }),
    ).toBe(0);
    // Nor does the answer of one provider open the workspace of another.
    const visitor = house.visitor();
    const { search } = await evesProvider.signIn(await begin(visitor, 'Eves'), 'ada');
    const elsewhere = new URL(
      `/api/auth/workspace/callback/${acmeId}${search}`,
      house.test.config.publicUrl,
    );
    expect(await led(visitor, elsewhere)).toBe('provider.no_member');
    expect(await seen(visitor)).toBeNull();
  });

  it('answers the browser that asked, once, with a state, a code and a person of its own', async () => {
    const back = await acmesProvider.signIn(await begin(house.visitor(), 'Acme'), 'ada');
    const victim = house.visitor();
    expect(await led(victim, back)).toBe('provider.too_late');
    const visitor = house.visitor();
    const own = await acmesProvider.signIn(await begin(visitor, 'Acme'), 'ada');
    const changed = new URL(own);
    changed.searchParams.set('state', 'forged');
    expect(await led(visitor, changed)).toBe('provider.refused');
    // What was begun is spent with it.
    expect(await led(visitor, own)).toBe('provider.too_late');
    // A code of another sign-in, with our own state, has another verifier.
    const next = await acmesProvider.signIn(await begin(visitor, 'Acme'), 'ada');
    next.searchParams.set('code', back.searchParams.get('code') ?? '');
    expect(await led(visitor, next)).toBe('provider.refused');
    expect(await seen(visitor)).toBeNull();
  });

  it('must say that it has verified an address, and that of a colleague who left opens nothing', async () => {
    const visitor = house.visitor();
    expect(await signIn(visitor, 'Acme', 'ada+unverified')).toBe('provider.not_verified');
    expect(await signIn(house.visitor(), 'Acme', 'ada')).toBe('/');
    await house.test.database.account.updateMany({
      where: { providerId: { startsWith: 'workspace:' }, user: { email: 'ada@example.com' } },
      data: { accountId: 'the former one' },
    });
    expect(await signIn(visitor, 'Acme', 'ada')).toBe('provider.other_person');
    expect(await seen(visitor)).toBeNull();
  });

  it('lets nobody in by an ID token that is forged, of another time or for somebody else', async () => {
    const forger = await openForgingProvider(client.clientId);
    const forgers = await enter(house, 'fred@example.com', 'Forgers');
    expect((await ask(forgers, naming(forger.issuer))).errors).toBeUndefined();
    const past = Math.floor(Date.now() / 1_000) - 3_600;
    const tried = async (forgery: Forgery) => {
      const visitor = house.visitor();
      const url = new URL(await begin(visitor, 'Forgers'));
      forger.forge(forgery, url.searchParams.get('nonce') ?? '');
      const back = new URL(url.searchParams.get('redirect_uri') ?? '');
      back.search = `?code=any&state=${url.searchParams.get('state')}`;
      return led(visitor, back);
    };
    expect(await tried({})).toBe('/');
    const forgeries: Forgery[] = [
      { isByStranger: true },
      { isUnsigned: true },
      { isUnsigned: true, header: { alg: 'none' } },
      { header: { alg: 'HS256' } },
      { claims: { iss: acmesProvider.issuer } },
      { claims: { aud: 'another client' } },
      { claims: { aud: [client.clientId, 'another client'] } },
      { claims: { exp: past } },
      { claims: { exp: undefined } },
      { claims: { nonce: 'of another sign-in' } },
      { claims: { nonce: undefined } },
      { claims: { sub: undefined } },
    ];
    for (const forgery of forgeries)
      expect({ forgery, led: await tried(forgery) }).toEqual({ forgery, led: 'provider.refused' });
    for (const claims of [
      { email_verified: 'true' },
      { email_verified: 1 },
      { email: ['fred@example.com'] },
    ])
      expect(await tried({ claims: { ...claims, sub: 'new' } })).toBe('provider.not_verified');
    await forger.close();
  });

  it('leaves a lock on passwords alone', async () => {
    const tries = async () => (await house.test.database.signInTry.findMany()).length;
    await house.visitor().signIn('bob@example.com', 'guessed wrong');
    expect(await tries()).toBe(1);
    expect(await signIn(house.visitor(), 'Acme', 'bob')).toBe('/');
    expect(await tries()).toBe(1);
  });

  it('is reached at public addresses alone, keeps its secret, and takes its sessions along', async () => {
    for (const issuer of [
      'http://169.254.169.254',
      'https://[::1]:9',
      'https://10.0.0.1',
      'ftp://example.com',
    ])
      expect(codesOf(await ask(ada, naming(issuer)))).toEqual([
        issuer.startsWith('ftp') ? 'provider.bad_setting' : 'provider.unreachable',
      ]);
    const kept = await house.test.database.identityProvider.findMany();
    expect(Buffer.concat(kept.map(({ sealed }) => sealed)).toString('latin1')).not.toContain(
      client.clientSecret,
    );
    const visitor = house.visitor();
    expect(await signIn(visitor, 'Acme', 'bob')).toBe('/');
    expect(codesOf(await ask(visitor, naming(acmesProvider.issuer)))).toEqual(['auth.forbidden']);
    await ask(ada, 'removeIdentityProvider { identityProvider { issuer } }');
    expect(await seen(visitor)).toBeNull();
    const none = await house.visitor().post('/workspace/sign-in', { workspace: 'Acme' });
    expect(none.body).toEqual(
      (await house.visitor().post('/workspace/sign-in', { workspace: 'Nobodys' })).body,
    );
  });
});

it('somebody who is signed in makes another workspace, and is in it', async () => {
  const making = (name: string) =>
    `createWorkspace(input: { name: "${name}" }) { workspace { name } }`;
  expect(codesOf(await ask(bob, making('Acme')))).toEqual(['workspace.name_taken']);
  expect((await ask(bob, making('Bobs second'))).data).toEqual({
    createWorkspace: { workspace: { name: 'Bobs second' } },
  });
  expect(await seen(bob)).toEqual({
    viewer: { email: 'bob@example.com' },
    workspace: { name: 'Bobs second' },
  });
  const entries = await house.test.database.auditEntry.findMany({
    where: { workspace: { name: 'Bobs second' } },
  });
  expect(entries.map(({ action }) => action)).toEqual(['workspace.create']);
  Object.assign(house.test.config, { signUp: 'closed' });
  expect(codesOf(await ask(bob, making('Bobs third')))).toEqual(['workspace.closed']);
  Object.assign(house.test.config, { signUp: 'open' });
  const { apiKey } = await house.test.makeWorkspace('Keyed');
  const keyed = await house.test.ask(
    { authorization: `Bearer ${apiKey}` },
    `mutation { ${making('Bobs fourth')} }`,
  );
  expect(codesOf(keyed)).toEqual(['workspace.not_yours']);
});
