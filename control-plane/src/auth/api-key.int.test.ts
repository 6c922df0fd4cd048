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
    await test.ask<{ apiKeys: ApiKey[] }>(
      as,
      '{ apiKeys { id name createdAt lastUsedAt expiresAt } }',
    )
  ).data!.apiKeys;
const revoke = (as: Who, id: string) =>
  test.ask<{ revokeApiKey: { apiKey: ApiKey } }>(
    as,
    'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { name } } }',
    { id },
  );
const headersOf = (key: string) => ({ authorization: `Bearer ${key}` });

describe('the API keys of a workspace', () => {
  it('are listed by name with what is known of them, without the keys', async () => {
    const stranger = await test.makeWorkspace(`${acme.name}-stranger`);
    const { id, key } = await made(acme, 'ci', '2999-01-01T00:00:00.000Z');
    const keys = await list(acme);
    expect(keys).toEqual([
      {
        id,
        name: 'ci',
        createdAt: expect.any(String),
        lastUsedAt: null,
        expiresAt: '2999-01-01T00:00:00.000Z',
      },
      expect.objectContaining({ name: 'setup', lastUsedAt: expect.any(String), expiresAt: null }),
    ]);
    expect(JSON.stringify(keys)).not.toContain(key);
    expect((await list(stranger)).map(({ name }) => name)).toEqual(['setup']);
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
