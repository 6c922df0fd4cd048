import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let test: TestApp;
let acme: Workspace;
let count = 0;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'));
});
beforeEach(async () => {
  acme = await test.makeWorkspace(`acme-${(count += 1)}`);
});
afterAll(() => test.close());

interface ApiKey {
  id: string;
  name: string;
  role: string;
  prefix: string | null;
  madeBy: string | null;
  createdAt: string;
  lastUsedAt: string | null;
  expiresAt: string | null;
}

type Who = Workspace | Record<string, string>;

const create = (as: Who, name: string, expiresAt?: string) =>
  test.ask<{ createApiKey: { id: string; key: string } }>(
    as,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { id key } }',
    { input: { name, expiresAt } },
  );
const made = async (as: Who, name: string, expiresAt?: string) =>
  (await create(as, name, expiresAt)).data!.createApiKey;
const list = async (as: Who) =>
  (
    await test.ask<{ apiKeys: { edges: { node: ApiKey }[] } }>(
      as,
      '{ apiKeys { edges { node { id name role prefix madeBy createdAt lastUsedAt expiresAt } } } }',
    )
  ).data!.apiKeys.edges.map(({ node }) => node);
const revoke = (as: Who, id: string) =>
  test.ask<{ revokeApiKey: { apiKey: ApiKey } }>(
    as,
    'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { name } } }',
    { id },
  );
const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

/** The cookies of a browser that opened the link. */
async function signedInAs({ signInLink }: Workspace): Promise<string> {
  const { pathname, search } = new URL(signInLink);
  const signedIn = await fetch(`${test.url}${pathname}${search}`, { redirect: 'manual' });
  return signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
}

describe('the API keys of a workspace', () => {
  it('are listed by name with what is known of them, without the keys', async () => {
    const stranger = await test.makeWorkspace(`${acme.name}-stranger`);
    const { id, key } = await made(acme, 'ci', '2999-01-01T00:00:00.000Z');
    const keys = await list(acme);
    expect(keys).toEqual([
      {
        id,
        name: 'ci',
        role: 'owner',
        prefix: key.slice(0, 8),
        madeBy: null,
        createdAt: expect.any(String),
        lastUsedAt: null,
        expiresAt: '2999-01-01T00:00:00.000Z',
      },
      expect.objectContaining({ name: 'setup', lastUsedAt: expect.any(String), expiresAt: null }),
    ]);
    expect(JSON.stringify(keys)).not.toContain(key);
    expect((await list(stranger)).map(({ name }) => name)).toEqual(['setup']);
  });

  it('say who made them, or whose key did', async () => {
    const cookie = await signedInAs(acme);
    const { key } = await made({ cookie, origin: test.config.publicUrl }, 'ci');
    await made(headersOf(key), 'child');
    const { name } = (
      await test.ask<{ viewer: { name: string } }>({ cookie }, '{ viewer { name } }')
    ).data!.viewer;
    const makers = (await list(acme)).map((one) => [one.name, one.madeBy]);
    expect(makers).toEqual([
      ['child', name],
      ['ci', name],
      ['setup', null],
    ]);
  });

  it('let nobody in once they are revoked, and leave their name to another', async () => {
    const { id, key } = await made(acme, 'ci');
    expect(await list(headersOf(key))).toHaveLength(2);
    expect(await revoke(acme, id)).toEqual({ data: { revokeApiKey: { apiKey: { name: 'ci' } } } });
    expect(codesOf(await revoke(headersOf(key), id))).toContain('auth.bad_key');
    expect((await list(acme)).map(({ name }) => name)).toEqual(['setup']);
    expect(codesOf(await revoke(acme, id))).toEqual(['key.not_found']);
    expect(codesOf(await create(acme, 'ci'))).toEqual([]);
  });

  it('are not to be found from another workspace, nor by what is no id', async () => {
    const stranger = await test.makeWorkspace(`${acme.name}-stranger`);
    const { id, key } = await made(acme, 'ci');
    expect(codesOf(await revoke(stranger, id))).toEqual(['key.not_found']);
    expect(codesOf(await revoke(acme, 'ci'))).toEqual(['key.not_found']);
    expect(await list(headersOf(key))).toHaveLength(2);
  });
});

describe('a key that a key makes', () => {
  it('ends when its maker ends, or before', async () => {
    const { key } = await made(acme, 'ci', '2999-01-01T00:00:00Z');
    const ci = headersOf(key);
    for (const tooLong of [undefined, '2999-01-01T00:00:00.001Z'])
      expect(codesOf(await create(ci, 'child', tooLong))).toEqual(['key.outlives']);
    expect(codesOf(await create(ci, 'child', '2999-01-01T00:00:00Z'))).toEqual([]);
  });

  it('may last for ever when its maker does', async () => {
    expect(codesOf(await create(acme, 'child'))).toEqual([]);
  });
});

describe('the role of a key', () => {
  const createAs = (as: Who, name: string, role: string) =>
    test.ask<{ createApiKey: { key: string } }>(
      as,
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
      { input: { name, role } },
    );
  const keyOf = async (role: string) =>
    headersOf((await createAs(acme, role, role)).data!.createApiKey.key);

  it('decides what it may do', async () => {
    const viewer = await keyOf('viewer');
    expect(codesOf(await test.ask(viewer, '{ pools { edges { cursor } } }'))).toEqual([]);
    expect(codesOf(await create(viewer, 'child'))).toEqual(['auth.forbidden']);
    expect(codesOf(await test.ask(viewer, '{ apiKeys { edges { cursor } } }'))).toEqual([
      'auth.forbidden',
    ]);
  });

  it('is at most its maker’s, and one of the five', async () => {
    const admin = await keyOf('admin');
    expect(codesOf(await createAs(admin, 'child', 'owner'))).toEqual(['key.exceeds']);
    expect(codesOf(await createAs(admin, 'child', 'root'))).toEqual(['key.bad_role']);
    expect(codesOf(await createAs(admin, 'child', 'editor'))).toEqual([]);
  });
});

it('a member has the role that the database says, from the next request on', async () => {
  const cookie = await signedInAs(acme);
  const ask = () => test.ask<{ viewer: { role: string } }>({ cookie }, '{ viewer { role } }');
  const set = (role: string) =>
    test.database.member.updateMany({ where: { workspaceId: acme.id }, data: { role } });
  await set('operator');
  expect((await ask()).data?.viewer.role).toBe('operator');
  await set('a role that nobody knows');
  expect(codesOf(await ask())).toEqual(['auth.required']);
});
