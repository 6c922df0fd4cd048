import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openBucket } from '../bucket/bucket.js';
import type { Bucket } from '../bucket/bucket.js';
import { freePort } from '../free-port.js';
import { openProduct } from '../product.js';
import type { Product } from '../product.js';
import { makeDatabase } from './database.js';
import { openWireTap } from './wire-tap.js';
import type { WireTap } from './wire-tap.js';

export interface RunRow {
  id: string;
  state: string;
  phase: string | null;
  agent: string | null;
  counts: Record<string, number>;
  errors: { code: string; vendorCode: string; count: number; errorId: string }[];
  failure: { code: string; vendorCode: string; errorId: string } | null;
  baseline: { generation: number; rows: number } | null;
  phases: Record<string, number>;
  peakBytes: number | null;
  bucketBytes: number | null;
}

/** The whole product in real processes on loopback, with an empty warehouse and an empty destination. */
export interface Whole {
  product: Product;
  bucket: Bucket;
  bucketDirectory: string;
  /** What agents and control plane said to each other; there only when `tapped`. */
  tap: WireTap;
  warehouse: pg.Client;
  target: pg.Client;
  warehouseUrl: string;
  targetUrl: string;
  /** Where the product keeps its logs, and each agent (`agent-1`, …) its work files. */
  home: string;
  /** YAML of `sources` and `destinations` for the two databases above, named `warehouse` and `target`. */
  connections: string;
  apply(yaml: string): Promise<void>;
  start(sync: string, options?: Record<string, boolean>): Promise<string>;
  show(id: string): Promise<RunRow>;
  /** Polls until `until` holds for the run; fails after two minutes with the run as it stands. */
  waitFor(id: string, until: (run: RunRow) => boolean): Promise<RunRow>;
  /** Starts a run and waits for its end. */
  run(sync: string, options?: Record<string, boolean>): Promise<RunRow>;
  /** Rows that are in one of two queries only, compared by text in one database each, sorted by the database. */
  differences(warehouseSql: string, targetSql: string): Promise<number>;
  close(): Promise<void>;
}

export interface WholeOptions {
  postgresUrl: string;
  agents?: number;
  env?: Record<string, string>;
  controlPlaneEnv?: Record<string, string>;
  agentEnv?: Record<string, string>;
  /** Of the destination `target`: a run that takes its time can be caught in the middle. */
  batchesPerSecond?: number;
  /** Puts a wire tap on the line between agents and control plane. */
  tapped?: boolean;
}

const runFields = `id state phase agent
  counts { queried unchanged added changed removed invalid sent skipped rejected withheld pending uncertain }
  errors { code vendorCode count errorId } failure { code vendorCode errorId } baseline { generation rows }
  phases { queryMs snapshotMs diffMs planMs deliverMs recordMs } peakBytes bucketBytes`;

export const isOver = (run: RunRow): boolean =>
  ['succeeded', 'completed_with_errors', 'failed', 'cancelled'].includes(run.state);

export async function openWhole(options: WholeOptions): Promise<Whole> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-whole-'));
  const databases = {
    warehouse: await makeDatabase(options.postgresUrl),
    target: await makeDatabase(options.postgresUrl),
    control: await makeDatabase(options.postgresUrl),
  };
  const bucket = await openBucket({
    directory: join(directory, 'bucket'),
    port: await freePort(),
    accessKeyId: 'test',
    secretAccessKey: 'test-secret',
  });
  const port = await freePort();
  const tap = await openWireTap(`ws://127.0.0.1:${port}`);
  const product = await openProduct({
    home: join(directory, 'home'),
    databaseUrl: databases.control.url,
    bucket,
    port,
    ...(options.tapped ? { agentUrl: tap.url } : {}),
    agents: options.agents ?? 1,
    ...(options.env ? { env: options.env } : {}),
    ...(options.controlPlaneEnv ? { controlPlaneEnv: options.controlPlaneEnv } : {}),
    agentEnv: { TARGET_PASSWORD: 'local-only', ...options.agentEnv },
  });
  const warehouse = await connect(databases.warehouse.url);
  const target = await connect(databases.target.url);

  const show = async (id: string): Promise<RunRow> => {
    const answer = await product.graphql<{ run: RunRow }>(
      `query ($id: ID!) { run(id: $id) { ${runFields} } }`,
      { id },
    );
    return answer.run;
  };
  const start: Whole['start'] = async (sync, runOptions = {}) => {
    const answer = await product.graphql<{ startRun: { run: { id: string } } }>(
      'mutation ($input: StartRunInput!) { startRun(input: $input) { run { id } } }',
      { input: { sync, ...runOptions } },
    );
    return answer.startRun.run.id;
  };
  const waitFor: Whole['waitFor'] = async (id, until) => {
    let run = await show(id);
    for (let tries = 0; !until(run); tries += 1) {
      if (tries > 2400) throw new Error(`The run did not get there: ${JSON.stringify(run)}`);
      await wait(50);
      run = await show(id);
    }
    return run;
  };
  return {
    product,
    bucket,
    bucketDirectory: join(directory, 'bucket'),
    tap,
    warehouse,
    target,
    warehouseUrl: databases.warehouse.url,
    targetUrl: databases.target.url,
    home: join(directory, 'home'),
    connections: connectionsYaml(
      databases.warehouse.url,
      databases.target.url,
      options.batchesPerSecond,
    ),
    apply: (yaml) => apply(product, yaml),
    start,
    show,
    waitFor,
    run: async (sync, runOptions) => waitFor(await start(sync, runOptions), isOver),
    differences: async (warehouseSql, targetSql) => {
      const [left, right] = await Promise.all([
        digests(warehouse, warehouseSql),
        digests(target, targetSql),
      ]);
      return countDifferences(left, right);
    },
    close: async () => {
      await product.close();
      await tap.close();
      await Promise.all([warehouse.end(), target.end(), bucket.close()]);
      for (const database of Object.values(databases)) await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function apply(product: Product, yaml: string): Promise<void> {
  const answer = await product.graphql<{
    applyConfiguration: { applied: boolean; problems: unknown[] };
  }>(
    `mutation ($input: ApplyConfigurationInput!) {
       applyConfiguration(input: $input) { applied problems { file line column code message } } }`,
    { input: { files: [{ path: 'test.yaml', text: yaml }] } },
  );
  if (!answer.applyConfiguration.applied)
    throw new Error(`Not applied: ${JSON.stringify(answer.applyConfiguration.problems)}`);
}

function connectionsYaml(
  warehouseUrl: string,
  targetUrl: string,
  batchesPerSecond: number | undefined,
): string {
  const connection = (name: string, url: string): string => {
    const { hostname, port, pathname } = new URL(url);
    return `  ${name}:
    type: postgres
    pool: default
    settings: { host: ${hostname}, port: ${port}, database: ${pathname.slice(1)}, user: postgres, ssl: disable }
    secrets: { password: env:TARGET_PASSWORD }
`;
  };
  const limits = batchesPerSecond
    ? `    limits: { requestsPerSecond: ${batchesPerSecond}, concurrency: 1 }\n`
    : '';
  return `sources:\n${connection('warehouse', warehouseUrl)}destinations:\n${connection('target', targetUrl)}${limits}`;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

async function digests(client: pg.Client, sql: string): Promise<Map<string, number>> {
  await client.query(`set timezone = 'UTC'`);
  const { rows } = await client.query<{ digest: string }>(
    `select md5(q::text) as digest from (${sql}) as q`,
  );
  const counts = new Map<string, number>();
  for (const { digest } of rows) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  return counts;
}

function countDifferences(left: Map<string, number>, right: Map<string, number>): number {
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].reduce(
    (sum, key) => sum + Math.abs((left.get(key) ?? 0) - (right.get(key) ?? 0)),
    0,
  );
}
