// A real Postgres 18 on loopback, from npm: initialised once, started, stopped.
// It ends with whoever opened it, also on `kill -9`: a small shell holds our pipe, and stops the server when it breaks.
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { accountForServer } from './postgres-account.js';
import type { Account } from './postgres-account.js';
import { findBinaries } from './postgres-binaries.js';
import type { Binaries } from './postgres-binaries.js';
import { stopLeftover } from './postgres-leftover.js';
import { endOf, hasEnded, lastLines } from './program.js';

export interface PostgresOptions {
  /** Holds the cluster; made when missing. Must be reachable by the server's user when we are root. */
  directory: string;
  port: number;
  /** Server settings, for example `{ shared_buffers: '1GB' }`. */
  settings?: Readonly<Record<string, string>>;
}

export interface Postgres {
  readonly port: number;
  /** Connection string of a database, as the superuser `postgres`. */
  url(database?: string): string;
  /** Settles when the server has ended, whoever ended it. */
  readonly exited: Promise<void>;
  close(): Promise<void>;
}

interface Cluster {
  data: string;
  log: string;
  account: Account;
  binaries: Binaries;
}

/** Listens on loopback only. */
const password = 'local-only';
const startMs = 60_000;
const pollMs = 20;

/** Keeps its data between starts, and stops a server that an earlier start has left behind on the same folder. */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const cluster = await openCluster(options.directory);
  await stopLeftover(cluster.data);
  const server = launch(cluster, options);
  const lifeline = holdLifeline(server, cluster.account);
  const exited = endOf(server).then(() => void lifeline.kill('SIGKILL'));
  try {
    await ready({ server, exited }, cluster, options);
  } catch (error) {
    server.kill('SIGQUIT');
    throw error;
  }
  return {
    port: options.port,
    exited,
    url: (database = 'postgres') =>
      `postgresql://postgres:${password}@127.0.0.1:${options.port}/${database}`,
    close: async () => {
      server.kill('SIGINT');
      await exited;
    },
  };
}

async function openCluster(directory: string): Promise<Cluster> {
  const account = await accountForServer();
  const binaries = await findBinaries(account);
  await mkdir(directory, { recursive: true });
  if (account.uid !== undefined) await chown(directory, account.uid, account.gid);
  const data = join(directory, 'data');
  if (!existsSync(data)) await initialise(data, { account, binaries });
  return { data, log: join(directory, 'postgres.log'), account, binaries };
}

/** Under another name first: an initdb that was cut off is never taken for a cluster. */
async function initialise(
  data: string,
  { account, binaries }: Pick<Cluster, 'account' | 'binaries'>,
): Promise<void> {
  const unfinished = `${data}.new`;
  const passwordFile = `${data}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account.uid !== undefined) await chown(passwordFile, account.uid, account.gid);
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const access = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`];
  try {
    await promisify(execFile)(
      binaries.initdb,
      [
        `--pgdata=${unfinished}`,
        '--encoding=UTF8',
        ...locale,
        ...access,
        '--no-instructions',
        '--no-sync',
      ],
      { ...account, cwd: '/' },
    );
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`Postgres could not make its files in ${data}: ${stderr?.trim() || message}`, {
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, data);
}

function launch({ data, log, account, binaries }: Cluster, options: PostgresOptions): ChildProcess {
  const settings = {
    port: String(options.port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const output = openSync(log, 'a');
  // Of its own process group: ctrl-C in a terminal reaches us alone, and we stop it last.
  const server = spawn(binaries.postgres, ['-D', data, ...flags], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return server;
}

function holdLifeline(server: ChildProcess, account: Account): ChildProcess {
  const script = 'read _; kill -INT "$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'lifeline', String(server.pid)], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.once('error', () => undefined);
  shell.stdin?.on('error', () => undefined);
  shell.unref();
  return shell;
}

/** The eighth line of postmaster.pid is how the server says it to pg_ctl, too. */
async function ready(
  { server, exited }: { server: ChildProcess; exited: Promise<void> },
  cluster: Cluster,
  { port }: PostgresOptions,
): Promise<void> {
  const deadline = performance.now() + startMs;
  while (!(await isReady(server, cluster.data))) {
    if (hasEnded(server) || performance.now() > deadline)
      throw new Error(
        `Postgres did not start in ${cluster.data} on port ${port}. The end of ${cluster.log}:\n${await lastLines(cluster.log, 8)}`,
      );
    await Promise.race([wait(pollMs), exited]);
  }
}

async function isReady(server: ChildProcess, data: string): Promise<boolean> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return lines[0] === String(server.pid) && lines[7]?.trim() === 'ready';
}
