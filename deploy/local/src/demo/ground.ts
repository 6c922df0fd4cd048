// What every demo stands on: a folder, ports, Postgres with the warehouse's cities, and the bucket.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from '../bucket/bucket.js';
import { openBucket } from '../bucket/bucket.js';
import { accountForServer, reachableFolder } from '../postgres-account.js';
import { openPostgres } from '../postgres.js';
import type { Postgres } from '../postgres.js';
import { secretIn } from '../product.js';
import { fillCities } from './cities.js';
import type { DemoFolder } from './configuration.js';
import { openDatabases } from './databases.js';
import type { Databases } from './databases.js';
import { emptyHome, openHome } from './home.js';
import type { Openings } from './openings.js';
import { openPorts } from './ports.js';
import type { PortName, Ports } from './ports.js';
import { openSnowflake } from './snowflake.js';
import type { Snowflake } from './snowflake.js';

export interface DemoOptions {
  /** Absolute path of the folder with all state. */
  home: string;
  port: number;
  warehouse: 'postgres' | 'snowflake';
  openings: Openings;
  say: (line: string) => void;
}

/** What the agent reads, beside the Postgres that every start has. */
export interface Warehouse {
  /** Whose `warehouse.yaml` says how it is reached. */
  folder: DemoFolder;
  label: string;
  /** For the agent. */
  env: Readonly<Record<string, string>>;
  server?: Snowflake;
  /** Makes there what was changed in Postgres. */
  follow(): Promise<void>;
}

export interface Ground {
  home: string;
  ports: Ports;
  secrets: Secrets;
  postgres: Postgres;
  databases: Databases;
  bucket: Bucket;
}

export type Secrets = Record<'reader' | 'writer' | 'receiver' | 'bucket', string>;

/** `needed`: the ports, beside its own. `begins` anew: what an earlier start left in the folder is removed. */
export async function openGround(
  options: DemoOptions,
  { needed, begins = 'again' }: { needed: readonly PortName[]; begins?: 'anew' | 'again' },
): Promise<Ground> {
  const { openings, say } = options;
  const home = openings.add(await openHome(options.home)).path;
  if (begins === 'anew') await emptyHome(home);
  const ports = await openPorts(home, options.port, [
    ...(['postgres', 'bucket'] as const),
    ...(options.warehouse === 'snowflake' ? (['snowflake'] as const) : []),
    ...needed,
  ]);
  await mkdir(join(home, 'log'), { recursive: true });
  const secrets = await readSecrets(home);
  say('Starting Postgres and the bucket …');
  const postgres = openings.add(await startPostgres({ home, ports, begins }, say));
  const databases = openings.add(await openDatabases(postgres, secrets));
  const bucket = openings.add(await startBucket(home, ports, secrets.bucket));
  await fillCities(databases.warehouse);
  return { home, ports, secrets, postgres, databases, bucket };
}

export async function openWarehouse(
  { warehouse, openings, say }: DemoOptions,
  { home, ports, secrets, databases }: Ground,
): Promise<Warehouse> {
  if (warehouse === 'postgres') {
    const env = { DEMO_READER_PASSWORD: secrets.reader };
    return { folder: 'demo', label: 'Postgres', env, follow: async () => undefined };
  }
  say('Filling Snowflake’s server with the cities …');
  const options = { home, port: ports.snowflake, warehouse: databases.warehouse };
  const server = openings.add(await openSnowflake(options));
  const env = { DEMO_SNOWFLAKE_PASSWORD: server.said.password };
  return { folder: 'demo-full', label: 'Snowflake', env, server, follow: server.follow };
}

async function readSecrets(home: string): Promise<Secrets> {
  const names = ['reader', 'writer', 'receiver', 'bucket'] as const;
  const values = await Promise.all(
    names.map(async (name) => [name, await secretIn(join(home, `${name}-secret`))] as const),
  );
  return Object.fromEntries(values) as Secrets;
}

async function startPostgres(
  { home, ports, begins }: { home: string; ports: Ports; begins: 'anew' | 'again' },
  say: (line: string) => void,
): Promise<Postgres> {
  const wanted = join(home, 'postgres');
  const directory = await reachableFolder(await accountForServer(), wanted);
  if (directory !== wanted) {
    say(`The user postgres cannot reach ${home}, so the databases are in ${directory}.`);
    if (begins === 'anew') await rm(directory, { recursive: true, force: true });
  }
  return openPostgres({ directory, port: ports.postgres, settings: { shared_buffers: '256MB' } });
}

function startBucket(home: string, ports: Ports, secretAccessKey: string): Promise<Bucket> {
  return openBucket({
    directory: join(home, 'bucket'),
    port: ports.bucket,
    accessKeyId: 'drawbridge',
    secretAccessKey,
  });
}
