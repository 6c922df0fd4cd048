import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '@drawbridge/local/free-port.js';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

// The real server, from Debian's package redis-server; `npm test` installs it where it may.
const binary = process.env['REDIS_SERVER_PATH'] ?? '/usr/bin/redis-server';

export const hasRedis = existsSync(binary);
/** For the name of what is skipped without it. */
export const whyNoRedis = hasRedis
  ? ''
  : ` (skipped: no server at ${binary}; install redis-server, or set REDIS_SERVER_PATH)`;

/** A Redis server in a process and a folder of its own, which keeps nothing. */
export interface RedisProcess {
  port: number;
  /** Asks as the default user, who may do anything. */
  admin: Redis;
  /** As a power cut would end it. */
  kill(): Promise<void>;
  /** Stops and goes on, as the whole process. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  close(): Promise<void>;
}

export interface RedisWishes {
  /** Lines of redis.conf. */
  config?: readonly string[];
  port?: number;
  sentinel?: boolean;
  /** How the administrator gets in. */
  admin?: { tls?: NonNullable<RedisOptions['tls']>; password?: string };
}

export async function openRedis(wishes: RedisWishes = {}): Promise<RedisProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-redis-'));
  const port = wishes.port ?? (await freePort());
  const file = join(directory, 'redis.conf');
  const own = wishes.admin?.tls ? [`port 0`, `tls-port ${port}`] : [`port ${port}`];
  const quiet = wishes.sentinel ? [] : ['save ""', 'appendonly no'];
  const lines = ['bind 127.0.0.1', `dir ${directory}`, ...own, ...quiet, ...(wishes.config ?? [])];
  await writeFile(file, `${lines.join('\n')}\n`);
  const child = spawn(binary, [file, ...(wishes.sentinel ? ['--sentinel'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  await readiness(child, wishes.sentinel ? /Sentinel ID is/ : /Ready to accept connections/);
  const admin = new Redis({
    host: '127.0.0.1',
    port,
    ...wishes.admin,
    maxRetriesPerRequest: 1,
    protocol: 2,
  });
  // A server that is killed takes the line with it.
  admin.on('error', () => undefined);
  const kill = async (): Promise<void> => {
    process.off('exit', leave);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    port,
    admin,
    kill,
    signal: (name) => void child.kill(name),
    close: async () => {
      admin.disconnect();
      await kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** For what servers tell each other in rounds of their own, and nobody else. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20);
}

/** Resolves when it says so; throws with all that it said when it ends instead. */
async function readiness(child: ChildProcess, sign: RegExp): Promise<void> {
  const said: string[] = [];
  const ready = Promise.withResolvers<void>();
  if (!child.stdout) throw new Error('The server has no output.');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (said.length < 100) said.push(line);
    if (sign.test(line)) ready.resolve();
  });
  child.once('error', ready.reject);
  child.once('exit', () => ready.reject(new Error(`redis-server ended:\n${said.join('\n')}`)));
  await ready.promise;
}
