import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@drawbridge/local/free-port.js';
import { accountForServer } from '@drawbridge/local/postgres-account.js';
import { rolesForPooler } from '../grant.js';
import type { RoleConfig } from '../role.js';

// The real one, from Debian's package; `npm test` installs it where it may.
// Beside the sources, also for a script that was compiled.
const file = new URL('../../../src/database/testing/debian.json', import.meta.url);
const wanted = JSON.parse(readFileSync(file, 'utf8')) as Record<
  'package' | 'path' | 'variable',
  string
>;
const binary = process.env[wanted.variable] ?? wanted.path;

export const hasPgBouncer = existsSync(binary);
/** For the name of what is skipped without it. */
export const whyNoPgBouncer = hasPgBouncer
  ? ''
  : ` (skipped: nothing at ${binary}; install ${wanted.package}, or set ${wanted.variable})`;

/** A PgBouncer that lends connections for one transaction each, and lets in the two roles and the owner. */
export interface PgBouncer {
  /** The same database by way of it. */
  url: string;
  close(): Promise<void>;
}

/** `connections` to Postgres, for each role; more wait until one is given back. */
export async function openPgBouncer(config: RoleConfig, connections: number): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-pgbouncer-'));
  await chmod(folder, 0o755);
  const url = new URL(config.directDatabaseUrl);
  const users = join(folder, 'users.txt');
  const settings = join(folder, 'pgbouncer.ini');
  const account = await accountForServer();
  const port = await freePort();
  const owner = `"${url.username}" "${decodeURIComponent(url.password)}"`;
  for (const [path, text] of [
    [users, `${owner}\n${rolesForPooler(config)}\n`],
    [settings, settingsOf(url, { port, users, connections })],
  ] as const) {
    await writeFile(path, text, { mode: 0o600 });
    if (account.uid !== undefined) await chown(path, account.uid, account.gid);
  }
  // It refuses to be root, as Postgres does.
  const child = spawn(binary, [settings], { ...account, stdio: ['ignore', 'ignore', 'pipe'] });
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  await ready(child);
  url.port = String(port);
  return {
    url: url.href,
    close: async () => {
      process.off('exit', leave);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const settingsOf = (
  server: URL,
  { port, users, connections }: { port: number; users: string; connections: number },
): string => `
[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${connections}
server_login_retry = 1
max_client_conn = 90
`;

async function ready(child: ChildProcess): Promise<void> {
  const lines: string[] = [];
  const up = Promise.withResolvers<void>();
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (lines.length < 100) lines.push(line);
      if (line.includes('process up')) up.resolve();
    });
  child.once('error', up.reject);
  child.once('exit', () => up.reject(new Error(`PgBouncer did not start:\n${lines.join('\n')}`)));
  await up.promise;
}
