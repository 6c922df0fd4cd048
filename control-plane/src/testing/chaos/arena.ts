import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '@drawbridge/local/free-port.js';
import { openPostgres, type Postgres } from '@drawbridge/local/postgres.js';
import { Config } from '../../config.js';
import { openPgBouncer } from '../../database/testing/pgbouncer.js';
import { FakeAgent } from '../fake-agent.js';
import { openReplica, type Replica } from '../replica.js';
import { SteadyAgent } from '../steady-agent.js';
import { testSecret } from '../test-secret.js';
import { openTestApp, type TestApp } from '../test-app.js';
import { MuteProxy } from './mute-proxy.js';
import { Record } from './record.js';
import { yamlOfArena, type Syncs } from './syncs.js';

const postgresAwayMs = 500;

export interface Size extends Syncs {
  replicas: number;
  /** Of a PgBouncer between the replicas and Postgres, for each role; 0 is without one. */
  pooled: number;
  agents: number;
  heartbeatMs: number;
  leaseMs: number;
}

/** Replicas and agents over one Postgres of their own, with a proxy wherever something may go wrong. */
export interface Arena {
  size: Size;
  apiKey: string;
  replicas: Replica[];
  agents: SteadyAgent[];
  record: Record;
  /** Before each replica, on the agents' way. */
  doors: MuteProxy[];
  /** On the way of all replicas' notices. */
  noticeLine: MuteProxy;
  restartPostgres(): Promise<void>;
}

/** On `postgresUrl`, whose other users must not notice, a restart of Postgres is but the end of all our connections. */
export async function openArena(
  size: Size,
  open: AsyncDisposableStack,
  postgresUrl?: string,
): Promise<Arena> {
  const directory = await openFolder(open);
  const server = postgresUrl ? undefined : await openServer(open);
  const serverUrl = server?.url ?? postgresUrl ?? '';
  const { databaseUrl, apiKey, identities } = await prepare(serverUrl, size);
  const record = open.adopt(new Record(databaseUrl), (one) => one.close());
  await record.begin();
  const { port } = new URL(databaseUrl);
  const noticeLine = await openProxy(Number(port), open);
  const direct = new URL(databaseUrl);
  direct.port = String(noticeLine.port);
  const way = size.pooled > 0 ? await openPooler(databaseUrl, size.pooled, open) : databaseUrl;
  const env = {
    DRAWBRIDGE_DIRECT_DATABASE_URL: direct.href,
    DRAWBRIDGE_HEARTBEAT_MS: String(size.heartbeatMs),
    DRAWBRIDGE_LEASE_MS: String(size.leaseMs),
    DRAWBRIDGE_OFFLINE_MS: String(size.leaseMs),
    DRAWBRIDGE_DRAIN_SECONDS: '3',
    LOG_LEVEL: 'warn',
  };
  const replicas = await Promise.all(
    Array.from({ length: size.replicas }, (_, n) =>
      openReplica(way, join(directory, `replica-${n}.log`), env),
    ),
  );
  for (const { program } of replicas)
    open.defer(async () => {
      program.kill('SIGKILL');
      await program.exited;
    });
  const doors = await Promise.all(
    replicas.map(({ url }) => openProxy(Number(new URL(url).port), open)),
  );
  const urlOf = (): string =>
    `http://127.0.0.1:${doors[Math.floor(Math.random() * doors.length)]?.port}`;
  const agents = identities.map((identity) => {
    const agent = new SteadyAgent(urlOf, identity, {
      slots: 4,
      workMs: () => 30 + Math.random() * 400,
    });
    agent.start();
    return open.adopt(agent, (one) => one.close());
  });
  const restartPostgres = server?.restart ?? (() => record.endOthers());
  return { size, apiKey, replicas, agents, record, doors, noticeLine, restartPostgres };
}

async function openFolder(open: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-chaos-'));
  return open.adopt(folder, (path) => rm(path, { recursive: true, force: true }));
}

async function openServer(open: AsyncDisposableStack) {
  const options = {
    directory: await openFolder(open),
    port: await freePort(),
    settings: { max_connections: '200', shared_buffers: '128MB' },
  };
  let server: Postgres = await openPostgres(options);
  open.defer(() => server.close());
  const restart = async (): Promise<void> => {
    await server.close();
    // Long enough for everybody to notice.
    await wait(postgresAwayMs);
    server = await openPostgres(options);
  };
  return { url: server.url(), restart };
}

async function openPooler(
  databaseUrl: string,
  connections: number,
  open: AsyncDisposableStack,
): Promise<string> {
  const config = new Config({ databaseUrl, secret: testSecret });
  const pooler = await openPgBouncer(config, connections);
  open.defer(() => pooler.close());
  return pooler.url;
}

async function openProxy(port: number, open: AsyncDisposableStack): Promise<MuteProxy> {
  const proxy = await MuteProxy.open({ host: '127.0.0.1', port });
  return open.adopt(proxy, (one) => one.close());
}

/** A workspace, its syncs and enrolled agents, made by a control plane that is gone before the first fault. */
async function prepare(serverUrl: string, size: Size) {
  const app = await openTestApp(serverUrl);
  const workspace = await app.makeWorkspace('acme');
  await app.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files: [{ path: 'test.yaml', text: yamlOfArena(size) }] } },
  );
  const identities = [];
  for (let n = 0; n < size.agents; n += 1) identities.push(await enrol(app, workspace));
  const { databaseUrl } = app.config;
  await app.app.close();
  return { databaseUrl, apiKey: workspace.apiKey, identities };
}

async function enrol(app: TestApp, workspace: Parameters<TestApp['makeToken']>[0]) {
  const guest = await FakeAgent.connect(app.url);
  await guest.enroll(await app.makeToken(workspace));
  guest.vanish();
  return guest.identity;
}
