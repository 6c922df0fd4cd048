// All that `npm start` brings up, in the order in which each needs the one before.
import { join } from 'node:path';
import type { Bucket } from '../bucket/bucket.js';
import { openBucket } from '../bucket/bucket.js';
import { accountForServer, reachableFolder } from '../postgres-account.js';
import { openPostgres } from '../postgres.js';
import type { Postgres } from '../postgres.js';
import { openProduct, secretIn } from '../product.js';
import type { Product } from '../product.js';
import { fillCities } from './cities.js';
import { applyConfiguration, openConfiguration } from './configuration.js';
import { openDatabases } from './databases.js';
import type { Databases } from './databases.js';
import { openHome } from './home.js';
import type { Openings } from './openings.js';
import { openPorts } from './ports.js';
import type { Ports } from './ports.js';
import { openReceiver } from './receiver.js';
import type { Receiver } from './receiver.js';

export interface Demo {
  product: Product;
  postgres: Postgres;
  databases: Databases;
  receiver: Receiver;
  /** Folder of the configuration that was applied. */
  configuration: string;
  /** Nothing has travelled yet. */
  isFirstStart: boolean;
}

export interface DemoOptions {
  /** Absolute path of the folder with all state. */
  home: string;
  port: number;
  openings: Openings;
  say: (line: string) => void;
}

export async function openDemo(options: DemoOptions): Promise<Demo> {
  const { openings, say } = options;
  const home = openings.add(await openHome(options.home)).path;
  const ports = await openPorts(home, options.port);
  const secrets = await readSecrets(home);
  say('Starting Postgres, the bucket and the demo’s endpoint …');
  const postgres = openings.add(await startPostgres(home, ports, say));
  const databases = openings.add(await openDatabases(postgres, secrets));
  const receiver = openings.add(
    await openReceiver({
      port: ports.receiver,
      database: databases.receiver,
      authorization: `Bearer ${secrets.receiver}`,
    }),
  );
  const bucket = openings.add(await startBucket(home, ports, secrets.bucket));
  await fillCities(databases.warehouse);
  const isFirstStart = await isEmpty(databases);
  say('Starting the control plane and an agent …');
  const product = openings.add(
    await openProduct({
      home,
      databaseUrl: postgres.url('drawbridge'),
      bucket,
      port: ports.controlPlane,
      agents: 1,
      agentEnv: {
        DEMO_READER_PASSWORD: secrets.reader,
        DEMO_WRITER_PASSWORD: secrets.writer,
        DEMO_RECEIVER_AUTHORIZATION: `Bearer ${secrets.receiver}`,
      },
      owner: { workspace: 'Demo', email: 'owner@drawbridge.local' },
    }),
  );
  const configuration = await openConfiguration(home, ports);
  await applyConfiguration(product.graphql, configuration);
  return { product, postgres, databases, receiver, configuration, isFirstStart };
}

type Secrets = Record<'reader' | 'writer' | 'receiver' | 'bucket', string>;

async function readSecrets(home: string): Promise<Secrets> {
  const names = ['reader', 'writer', 'receiver', 'bucket'] as const;
  const values = await Promise.all(
    names.map(async (name) => [name, await secretIn(join(home, `${name}-secret`))] as const),
  );
  return Object.fromEntries(values) as Secrets;
}

async function isEmpty({ app }: Databases): Promise<boolean> {
  return (await app.query('select from place limit 1')).rowCount === 0;
}

async function startPostgres(
  home: string,
  ports: Ports,
  say: (line: string) => void,
): Promise<Postgres> {
  const wanted = join(home, 'postgres');
  const directory = await reachableFolder(await accountForServer(), wanted);
  if (directory !== wanted)
    say(`The user postgres cannot reach ${home}, so the databases are in ${directory}.`);
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
