import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@drawbridge/local/free-port.js';
import { openPostgres } from '@drawbridge/local/postgres.js';
import pg from 'pg';
import { yamlOfSyncs } from '../../job/testing/ground.js';
import { openReplica, type Replica } from '../replica.js';
import { openTestApp, type TestApp, type Workspace } from '../test-app.js';
import { Crowd } from './crowd.js';

export const workspaceCount = 10;
const crowdCount = 2;

export interface Size {
  agents: number;
  syncs: number;
}

/** What is measured, and what is around it. */
export interface Site {
  size: Size;
  databaseUrl: string;
  controlPlane: Replica;
  /** Of the control plane, for looking into its memory. */
  inspectorPort: number;
  crowds: Crowd[];
  /** Single-use, one for each agent, a workspace's beside each other. */
  tokens: string[];
  /** The bench's own way to the database. */
  sql: pg.Pool;
  /** Agents and control plane go, so that nothing else is measured. */
  leave(): Promise<void>;
}

/** A migrated database with all syncs, a control plane that is ready, and no agents yet. */
export async function openSite(size: Size, open: AsyncDisposableStack): Promise<Site> {
  const postgres = await openPostgres({
    directory: await openFolder(open),
    port: await freePort(),
    settings: {
      max_connections: '200',
      shared_buffers: '256MB',
      shared_preload_libraries: 'pg_stat_statements',
    },
  });
  open.defer(() => postgres.close());
  const { databaseUrl, tokens } = await prepare(postgres.url(), size);
  const sql = open.adopt(new pg.Pool({ connectionString: databaseUrl, max: 2 }), (pool) =>
    pool.end(),
  );
  sql.on('error', () => undefined);
  await sql.query('create extension pg_stat_statements');
  await sql.query('analyze');
  const inspectorPort = await freePort();
  const controlPlane = await openReplica(databaseUrl, join(await openFolder(open), 'log'), {
    LOG_LEVEL: 'warn',
    NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
  });
  open.defer(() => controlPlane.program.close());
  const crowds = Array.from({ length: crowdCount }, () => open.use(Crowd.open(controlPlane.url)));
  const leave = async (): Promise<void> => {
    await Promise.all(crowds.map((crowd) => crowd.close()));
    await controlPlane.program.close();
  };
  return { size, databaseUrl, controlPlane, inspectorPort, crowds, tokens, sql, leave };
}

async function openFolder(open: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-bench-control-plane-'));
  return open.adopt(folder, (path) => rm(path, { recursive: true, force: true }));
}

/** By a control plane that is gone before anything is measured. */
async function prepare(serverUrl: string, { agents, syncs }: Size) {
  const app = await openTestApp(serverUrl, { logLevel: 'warn' });
  const tokens: string[] = [];
  for (let n = 0; n < workspaceCount; n += 1) {
    const workspace = await app.makeWorkspace(`workspace-${n}`);
    tokens.push(...(await makeTokens(app, workspace, agents / workspaceCount)));
    const { errors } = await app.ask(
      workspace,
      'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
      { input: { files: [{ path: 'bench.yaml', text: yamlOfSyncs(syncs / workspaceCount) }] } },
    );
    if (errors) throw new Error(`The syncs were not made: ${errors[0]?.message}`);
  }
  const { databaseUrl } = app.config;
  await app.app.close();
  return { databaseUrl, tokens };
}

/** An agent in each process, so that the halves of a pool are in both. */
async function makeTokens(app: TestApp, workspace: Workspace, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) tokens.push(await app.makeToken(workspace));
  return tokens;
}
