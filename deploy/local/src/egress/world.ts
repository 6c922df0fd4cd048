// Everybody whom the agent talks to, each at a name and an address of the world's own, as they are on the internet: behind
// TLS of an authority that only a bank knows. The servers are those of the demo.
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeAuthority } from '../certificates.js';
import type { Authority } from '../certificates.js';
import { openForwardProxy } from '../forward-proxy.js';
import type { ForwardProxy } from '../forward-proxy.js';
import { openGround } from '../demo/ground.js';
import type { DemoOptions, Ground } from '../demo/ground.js';
import { openSnowflake } from '../demo/snowflake.js';
import type { Snowflake } from '../demo/snowflake.js';
import type { Arrival } from '../full/arrival.js';
import { filesArrival } from '../full/files.js';
import { openRedis } from '../full/redis.js';
import { openSalesforce } from '../full/salesforce.js';
import type { Salesforce } from '../full/salesforce.js';
import { openSlack } from '../full/slack.js';
import type { Slack } from '../full/slack.js';
import { agentEnvOf, openProduct } from '../product.js';
import type { Product, ProductOptions } from '../product.js';
import { applyWorldConfiguration, bookArrival } from './configuration.js';
import { openDoor, openFront } from './fronts.js';
import { names, needed, otherResolver, resolver, unlisted } from './hosts.js';
import type { Needed } from './hosts.js';
import type { Place } from './pod.js';
import { speakTls } from './postgres-tls.js';
import { openResolver } from './resolver.js';

export interface World {
  ground: Ground;
  product: Product;
  snowflake: Snowflake;
  slack: Slack;
  arrivals: readonly Arrival[];
  /** A company's, which knows every name. */
  proxy: ForwardProxy;
  /** The environment of every agent of the product. */
  agentEnv: Readonly<Record<string, string>>;
}

const urlOf = (name: Needed): string => `https://${needed[name].name}`;

export async function openWorld(options: DemoOptions, place: Place): Promise<World> {
  const { openings, say } = options;
  const ground = await openGround(options, {
    needed: ['salesforce', 'slack', 'redis'],
    begins: 'anew',
  });
  const { home, ports, databases, bucket } = ground;
  say('Starting the servers of Snowflake, Salesforce, Slack and Redis …');
  const snowflake = openings.add(
    await openSnowflake({
      home,
      port: ports.snowflake,
      publicUrl: urlOf('snowflake'),
      warehouse: databases.warehouse,
    }),
  );
  const salesforce = openings.add(
    await openSalesforce(home, ports.salesforce, urlOf('salesforce')),
  );
  const slack = openings.add(await openSlack(home, ports.slack, urlOf('slack')));
  const redis = openings.add(await openRedis(home, ports.redis));
  const authority = await openAuthority(home);
  await speakTls(ground.postgres, authority, home);
  const proxy = openings.add(await openForwardProxy((host) => names.get(host) ?? host));
  await openFronts({ options, ground, authority, proxy });
  openings.add(await openResolver(resolver.address, names));
  say(`Starting the control plane, and an agent in its own network as ${place.runsAs} …`);
  const productOptions: ProductOptions = {
    home,
    databaseUrl: ground.postgres.url('drawbridge'),
    bucket: { ...bucket, endpoint: urlOf('bucket') },
    port: ports.controlPlane,
    agentUrl: `wss://${needed.controlPlane.name}`,
    agents: 1,
    agentEnv: {
      ...secretsFor({ ground, snowflake, salesforce, slack }),
      NODE_EXTRA_CA_CERTS: join(home, 'public', 'ca.crt'),
      HOME: '/tmp',
    },
    agentPlace: place,
    owner: { workspace: 'Demo', email: 'owner@drawbridge.local' },
  };
  const product = openings.add(await openProduct(productOptions));
  await applyWorldConfiguration(product.graphql, home, salesforce.said);
  const arrivals = [
    salesforce.arrival,
    redis.arrival,
    filesArrival(home),
    bookArrival(databases.app),
  ];
  const env = agentEnvOf(productOptions);
  return { ground, product, snowflake, slack, arrivals, proxy, agentEnv: env };
}

async function openAuthority(home: string): Promise<Authority> {
  const folder = join(home, 'authority');
  await mkdir(folder, { mode: 0o700 });
  const authority = await makeAuthority(folder);
  await mkdir(join(home, 'public'), { mode: 0o755 });
  await copyFile(authority.certFile, join(home, 'public', 'ca.crt'));
  return authority;
}

async function openFronts({
  options,
  ground,
  authority,
  proxy,
}: {
  options: DemoOptions;
  ground: Ground;
  authority: Authority;
  proxy: ForwardProxy;
}): Promise<void> {
  const { openings } = options;
  const { ports } = ground;
  const behind: Record<Needed, number> = {
    controlPlane: ports.controlPlane,
    bucket: ports.bucket,
    snowflake: ports.snowflake,
    postgres: ports.postgres,
    salesforce: ports.salesforce,
    slack: ports.slack,
    redis: ports.redis,
    files: ports.bucket,
  };
  for (const name of Object.keys(needed) as Needed[]) {
    // Postgres speaks TLS itself.
    const tls = name === 'postgres' ? undefined : authority;
    openings.add(await openFront(needed[name], behind[name], tls));
  }
  for (const host of Object.values(unlisted).filter((one) => one !== unlisted.proxy))
    openings.add(await openDoor(host));
  openings.add(await openFront(unlisted.proxy, proxy.port));
  openings.add(await openResolver(otherResolver.address, names));
}

function secretsFor({
  ground,
  snowflake,
  salesforce,
  slack,
}: {
  ground: Ground;
  snowflake: Snowflake;
  salesforce: Salesforce;
  slack: Slack;
}): Record<string, string> {
  return {
    DEMO_SNOWFLAKE_PASSWORD: snowflake.said.password,
    DEMO_READER_PASSWORD: ground.secrets.reader,
    DEMO_WRITER_PASSWORD: ground.secrets.writer,
    DEMO_SALESFORCE_KEY: salesforce.said.privateKey,
    DEMO_SLACK_TOKEN: slack.said.token,
  };
}
