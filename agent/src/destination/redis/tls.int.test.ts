import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, makeAuthority } from '@drawbridge/local/certificates.js';
import type { Authority, Certificate } from '@drawbridge/local/certificates.js';
import { hasRedis, openRedis, whyNoRedis } from '../../testing/redis/redis-process.js';
import type { RedisProcess } from '../../testing/redis/redis-process.js';
import { connectRedis, kindsOf, never, openWriting } from './testing/writing.js';

const why = hasOpenssl ? whyNoRedis : ' (skipped: no openssl)';

describe.skipIf(!hasRedis || !hasOpenssl)(`TLS with Redis${why}`, () => {
  let directory: string;
  let authority: Authority;
  let client: Certificate;
  /** Wants a certificate of its clients; the other's own is for another name. */
  let server: RedisProcess;
  let other: RedisProcess;

  const open = async (subject: string, clients: 'yes' | 'no'): Promise<RedisProcess> => {
    const { certFile, keyFile } = await authority.issue(subject);
    const files = [`tls-cert-file ${certFile}`, `tls-key-file ${keyFile}`];
    const config = [
      ...files,
      `tls-ca-cert-file ${authority.certFile}`,
      `tls-auth-clients ${clients}`,
    ];
    const tls = {
      ca: authority.cert,
      cert: client.cert,
      key: client.key,
      checkServerIdentity: () => undefined,
    };
    return openRedis({ config, admin: { tls } });
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'drawbridge-tls-'));
    authority = await makeAuthority(directory);
    client = await authority.issue('DNS:agent');
    server = await open('IP:127.0.0.1', 'yes');
    other = await open('DNS:elsewhere.example', 'no');
  });
  afterAll(async () => {
    await server.close();
    await other.close();
    await rm(directory, { recursive: true, force: true });
  });

  const check = async (
    settings: Record<string, unknown>,
    secrets: Record<string, string> = {},
  ): Promise<void> => {
    const connection = connectRedis(
      { port: server.port, tls: 'verify-full', ...settings },
      secrets,
    );
    await connection.check(never);
    await connection.close();
  };
  const ours = (): Record<string, string> => ({
    caFile: authority.certFile,
    certFile: client.certFile,
  });
  const refused = { kind: 'CONFIG', code: 'destination.tls_failed' };

  it('writes through it, with a certificate on either side', async () => {
    const settings = { port: server.port, tls: 'verify-full', ...ours() };
    const connection = connectRedis(settings, { clientKey: client.key });
    const { target, send } = await openWriting(connection);
    expect(kindsOf(await send([['1', 'a']]))).toEqual(['accepted']);
    expect(await server.admin.hget('row:1', 'name')).toBe('a');
    await target.close();
    await connection.close();
  });

  it('trusts no authority that it does not know, and no other name', async () => {
    await expect(check({ port: other.port })).rejects.toMatchObject(refused);
    const byName = check({ port: other.port, caFile: authority.certFile });
    await expect(byName).rejects.toMatchObject(refused);
    await expect(check({ port: other.port, tls: 'require' })).resolves.toBeUndefined();
  });

  it('says that the server wants a certificate', async () => {
    await expect(check({ caFile: authority.certFile })).rejects.toMatchObject(refused);
  });

  it('says that a file is missing before it connects', async () => {
    await expect(check({ caFile: '/nowhere/ca.pem' })).rejects.toMatchObject(refused);
  });

  it('never falls back to an open line', async () => {
    await expect(check({ tls: 'disable' })).rejects.toMatchObject({ kind: 'TRANSIENT' });
  });
});
