// `npm start -- --demo full`: one model, and destinations as different from one another as they get. Vendors' servers
// are the ones that the agent is tested against, each in a process of its own. They keep nothing, so it begins anew
// every time.
import { join } from 'node:path';
import { applyConfiguration, openConfiguration } from '../demo/configuration.js';
import type { Databases } from '../demo/databases.js';
import { openGround, openWarehouse } from '../demo/ground.js';
import type { DemoOptions, Ground, Warehouse } from '../demo/ground.js';
import type { Postgres } from '../postgres.js';
import { openProduct } from '../product.js';
import type { Product } from '../product.js';
import type { Arrival } from './arrival.js';
import { filesArrival } from './files.js';
import { hasRedis, openRedis, redisBinary } from './redis.js';
import { openSalesforce } from './salesforce.js';
import { openSlack } from './slack.js';
import type { Slack } from './slack.js';

export interface FullDemo {
  product: Product;
  postgres: Postgres;
  databases: Databases;
  warehouse: Warehouse;
  /** Vendors' servers, to be mourned when they end. */
  servers: readonly { name: string; exited: Promise<void> }[];
  arrivals: readonly Arrival[];
  slack: Slack;
  configuration: string;
}

export async function openFullDemo(options: DemoOptions): Promise<FullDemo> {
  const { openings, say } = options;
  const needed = ['salesforce', 'slack', 'redis'] as const;
  const ground = await openGround(
    { ...options, home: join(options.home, 'full') },
    { needed, begins: 'anew' },
  );
  const { home, ports, postgres, databases, bucket } = ground;
  const warehouse = await openWarehouse(options, ground);
  say('Starting the servers of Salesforce, Slack and Redis …');
  const { salesforce, slack, redis } = await openServers(ground, options);
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
        DEMO_SALESFORCE_KEY: salesforce.said.privateKey,
        DEMO_SLACK_TOKEN: slack.said.token,
      },
      owner: { workspace: 'Demo', email: 'owner@drawbridge.local' },
    }),
  );
  const configuration = await openConfiguration(home, {
    folder: 'demo-full',
    warehouse: warehouse.folder,
    without: redis ? [] : ['redis.yaml'],
    ports,
    known: {
      DEMO_CLIENT_ID: salesforce.said.clientId,
      DEMO_USERNAME: salesforce.said.username,
    },
  });
  await applyConfiguration(product.graphql, configuration);
  const stores = [salesforce, ...(redis ? [redis] : [])];
  const arrivals = [...stores.map(({ arrival }) => arrival), filesArrival(home)];
  const servers = [...stores, slack];
  return { product, postgres, databases, warehouse, servers, arrivals, slack, configuration };
}

async function openServers({ home, ports }: Ground, { openings, say }: DemoOptions) {
  const salesforce = openings.add(await openSalesforce(home, ports.salesforce));
  const slack = openings.add(await openSlack(home, ports.slack));
  if (!hasRedis) say(`No Redis: there is no ${redisBinary}. Install redis-server to see it, too.`);
  const redis = hasRedis ? openings.add(await openRedis(home, ports.redis)) : undefined;
  return { salesforce, slack, redis };
}
