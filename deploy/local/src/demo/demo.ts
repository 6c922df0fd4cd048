// All that `npm start` brings up, in the order in which each needs the one before.
import { join } from 'node:path';
import type { Postgres } from '../postgres.js';
import { openProduct } from '../product.js';
import type { Product } from '../product.js';
import { applyConfiguration, openConfiguration } from './configuration.js';
import type { Databases } from './databases.js';
import { openGround, openWarehouse } from './ground.js';
import type { DemoOptions, Warehouse } from './ground.js';
import { openReceiver } from './receiver.js';
import type { Receiver } from './receiver.js';

export interface Demo {
  product: Product;
  postgres: Postgres;
  databases: Databases;
  warehouse: Warehouse;
  receiver: Receiver;
  /** Folder of the configuration that was applied. */
  configuration: string;
  /** Nothing has travelled yet. */
  isFirstStart: boolean;
}

export async function openDemo(options: DemoOptions): Promise<Demo> {
  const { openings, say } = options;
  // Another warehouse has other types, and a sync that met both would stop for it.
  const folder = options.warehouse === 'postgres' ? '' : options.warehouse;
  const ground = await openGround(
    { ...options, home: join(options.home, folder) },
    { needed: ['receiver'] },
  );
  const { home, ports, secrets, postgres, databases, bucket } = ground;
  const receiver = openings.add(
    await openReceiver({
      port: ports.receiver,
      database: databases.receiver,
      authorization: `Bearer ${secrets.receiver}`,
    }),
  );
  const warehouse = await openWarehouse(options, ground);
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
        ...warehouse.env,
        DEMO_WRITER_PASSWORD: secrets.writer,
        DEMO_RECEIVER_AUTHORIZATION: `Bearer ${secrets.receiver}`,
      },
      owner: { workspace: 'Demo', email: 'owner@drawbridge.local' },
    }),
  );
  const configuration = await openConfiguration(home, {
    folder: 'demo',
    warehouse: warehouse.folder,
    ports,
  });
  await applyConfiguration(product.graphql, configuration);
  return { product, postgres, databases, warehouse, receiver, configuration, isFirstStart };
}

async function isEmpty({ app }: Databases): Promise<boolean> {
  return (await app.query('select from place limit 1')).rowCount === 0;
}
