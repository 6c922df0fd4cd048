import { chown, copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Authority } from '../certificates.js';
import { accountForServer } from '../postgres-account.js';
import type { Postgres } from '../postgres.js';
import { needed } from './hosts.js';

/** Its protocol begins in plain text and TLS follows, so no front can speak it: the server does so itself. */
export async function speakTls(
  postgres: Postgres,
  authority: Authority,
  home: string,
): Promise<void> {
  const { certFile, keyFile } = await authority.issue(`DNS:${needed.postgres.name}`);
  const folder = join(home, 'postgres-tls');
  await mkdir(folder, { mode: 0o700 });
  const [cert, key] = [join(folder, 'server.crt'), join(folder, 'server.key')];
  await copyFile(certFile, cert);
  await copyFile(keyFile, key);
  const { uid, gid } = await accountForServer();
  if (uid !== undefined) for (const path of [folder, cert, key]) await chown(path, uid, gid);
  const client = new pg.Client({ connectionString: postgres.url() });
  await client.connect();
  for (const [name, value] of [
    ['ssl_cert_file', cert],
    ['ssl_key_file', key],
    ['ssl', 'on'],
  ] as const)
    await client.query(`alter system set ${name} = ${pg.escapeLiteral(value)}`);
  await client.query('select pg_reload_conf()');
  await client.end();
}
