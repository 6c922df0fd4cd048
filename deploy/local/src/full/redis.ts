import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { endOf, hasEnded } from '../program.js';
import { citiesOf } from './arrival.js';
import type { Arrival, City } from './arrival.js';

export interface RedisServer {
  name: string;
  exited: Promise<void>;
  arrival: Arrival;
  close(): Promise<void>;
}

/** Where Debian's package puts it. */
export const redisBinary = process.env['REDIS_SERVER_PATH'] || '/usr/bin/redis-server';
export const hasRedis = existsSync(redisBinary);

/** The real server, keeping nothing; it ends with us. */
export async function openRedis(home: string, port: number): Promise<RedisServer> {
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', home];
  const child = spawn(redisBinary, [...settings, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const leave = (): void => void child.kill('SIGKILL');
  process.once('exit', leave);
  const exited = endOf(child);
  const ready = new Promise<boolean>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Ready to accept connections')) resolve(true);
    });
    void exited.then(() => resolve(false));
  });
  if (!(await ready)) throw new Error(`${redisBinary} stopped while it started.`);
  const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 1 });
  client.on('error', () => undefined);
  const arrival: Arrival = {
    sync: 'cities-to-redis',
    what: 'Redis, hashes city:*',
    where: `redis-cli -p ${port} hgetall city:2950159`,
    cities: async () => citiesOf(await readCities(client)),
  };
  return {
    name: 'Redis',
    exited,
    arrival,
    close: async () => {
      client.disconnect();
      process.off('exit', leave);
      if (hasEnded(child)) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function readCities(client: Redis): Promise<City[]> {
  const cities: City[] = [];
  for await (const keys of client.scanStream({ match: 'city:*', count: 1000 })) {
    const pipeline = client.pipeline();
    for (const key of keys as string[]) pipeline.hgetall(key);
    for (const [error, hash] of (await pipeline.exec()) ?? []) {
      if (error) throw error;
      const { id, name, country, population } = hash as Record<string, string>;
      cities.push({ id, name, country, population });
    }
  }
  return cities;
}
