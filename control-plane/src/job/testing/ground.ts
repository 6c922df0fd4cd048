import { randomUUID } from 'node:crypto';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import type { Catalog } from '@drawbridge/proto';
import type { Caller } from '../../auth/caller.js';
import { ConfigurationService } from '../../configuration/configuration.service.js';
import { AgentCheck } from '../../configuration/agent-check.js';
import { ConfigurationEditor } from '../../configuration/configuration-editor.js';
import { VersionService } from '../../configuration/version.service.js';
import type { ApplyConfigurationPayload } from '../../configuration/configuration.model.js';
import type { CatalogService } from '../../catalog/catalog.service.js';
import { Clock } from '../../clock.js';
import { Config } from '../../config.js';
import { Database, type DatabaseClient } from '../../database/database.js';
import { DatabaseTime } from '../../database/database-time.js';
import { prepareDatabase } from '../../database/prepare.js';
import type { Notice, Notices } from '../../database/notices.js';
import { asOwner } from '../../testing/as-owner.js';
import { RunHistoryService } from '../../run/run-history.service.js';
import { ordinary } from '../../run/run-options.js';
import type { ShownRun } from '../../run/run-of.js';
import { RunQueueService } from '../run-queue.service.js';
import { SchedulerService } from '../../scheduler/scheduler.service.js';
import { SyncService } from '../../sync/sync.service.js';
import { ApprovalService } from '../approval.service.js';
import { JobService } from '../job.service.js';
import { ParkedService } from '../parked.service.js';
import type { LeasedJob } from '../work.js';
import { singly, type SingleJobs } from './singly.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that the whole test run shares. */
    postgresUrl: string;
  }
}

/** Everything about runs and jobs over a database of its own, with the notices that were given. */
export interface Ground {
  /** Sees all workspaces; it is `tenancy.system`. */
  database: DatabaseClient;
  /** What services are made with. */
  tenancy: Database;
  caller: Caller;
  poolId: string;
  notices: Notice[];
  /** By the name of a pool. */
  catalogs: Map<string, Catalog>;
  config: Config;
  noticeBoard: Notices;
  syncs: SyncService;
  runs: RunQueueService;
  approvals: ApprovalService;
  history: RunHistoryService;
  jobs: SingleJobs;
  parked: ParkedService;
  scheduler: SchedulerService;
  configuration: ConfigurationService;
  versions: VersionService;
  makeAgent(): Promise<Agent>;
  makeWorkspace(): Promise<Caller>;
  apply(yaml: string, dryRun?: boolean): Promise<ApplyConfigurationPayload>;
  start(sync: string): Promise<string>;
  show(runId: string): Promise<ShownRun>;
  /** As who owns the tables: nothing holds it. */
  asOwner<Row = object>(sql: string): Promise<Row[]>;
  /** Makes every lease that is held run out. */
  expireLeases(): Promise<void>;
  close(): Promise<void>;
}

export interface Agent {
  id: string;
  poolId: string;
}

/** Migrated once for all tests of a file. */
let template: Promise<string> | undefined;

async function makeTemplate(postgresUrl: string): Promise<string> {
  const { url, name } = await makeDatabase(postgresUrl);
  await prepareDatabase(new Config({ databaseUrl: url }));
  return name;
}

export async function openGround(postgresUrl: string): Promise<Ground> {
  template ??= makeTemplate(postgresUrl);
  const rolesOfDatabase = await template;
  const testDatabase = await makeDatabase(postgresUrl, rolesOfDatabase);
  const config = new Config({ databaseUrl: testDatabase.url, rolesOfDatabase });
  const tenancy = new Database(config);
  const database = tenancy.system;
  const given: Notice[] = [];
  const catalogs = new Map<string, Catalog>();
  const notices = {
    publish: async (notice: Notice) => void given.push(notice),
    subscribe: () => () => undefined,
  } as unknown as Notices;
  const syncs = new SyncService(tenancy);
  const runs = new RunQueueService(tenancy, notices);
  const history = new RunHistoryService(tenancy, syncs);
  const jobs = singly(new JobService(tenancy, notices, config));
  const editor = new ConfigurationEditor(tenancy, runs);
  const agentCheck = new AgentCheck(makeCatalog(catalogs), new Clock());
  const configuration = new ConfigurationService(tenancy, editor, agentCheck);
  const { caller, poolId } = await makeWorkspace(database);
  return {
    database,
    tenancy,
    caller,
    poolId,
    config,
    catalogs,
    syncs,
    runs,
    approvals: new ApprovalService(tenancy, notices),
    parked: new ParkedService(tenancy, notices),
    history,
    jobs,
    configuration,
    versions: new VersionService(tenancy, editor, agentCheck),
    notices: given,
    noticeBoard: notices,
    scheduler: new SchedulerService(tenancy, runs, new DatabaseTime()),
    makeAgent: () => makeAgent(database, caller, poolId),
    makeWorkspace: async () => (await makeWorkspace(database)).caller,
    apply: (yaml, dryRun = false) =>
      configuration.apply(caller, { files: [{ path: 'test.yaml', text: yaml }], dryRun }),
    start: (sync) => runs.start(caller, sync, ordinary),
    show: async (runId) => (await history.find(caller, runId))!,
    asOwner: (sql) => asOwner(config, sql),
    expireLeases: async () => {
      await database.$executeRaw`
        update "Job" set "leaseUntil" = now() - interval '1 second' where state = 'leased'`;
    },
    close: async () => {
      await tenancy.close();
      await testDatabase.close();
    },
  };
}

/** What the agents of a pool say they can do, as far as a test cares. */
export const makeCatalog = (catalogs: ReadonlyMap<string, Catalog> = new Map()): CatalogService =>
  ({
    catalogOf: async (_workspaceId: string, pool: string) => catalogs.get(pool),
    adviceFor: async () => [],
  }) as unknown as CatalogService;

async function makeWorkspace(
  database: DatabaseClient,
): Promise<{ caller: Caller; poolId: string }> {
  const workspace = await database.workspace.create({ data: { name: randomUUID() } });
  const pool = await database.pool.create({
    data: { workspaceId: workspace.id, name: 'default' },
  });
  const caller: Caller = {
    workspaceId: workspace.id,
    role: 'owner',
    actorId: randomUUID(),
    name: 'test',
    email: null,
    by: 'key',
  };
  return { caller, poolId: pool.id };
}

async function makeAgent(database: DatabaseClient, caller: Caller, poolId: string): Promise<Agent> {
  const { id } = await database.agent.create({
    data: { workspaceId: caller.workspaceId, poolId, publicKey: Buffer.from('key'), slots: 4 },
  });
  return { id, poolId };
}

/** The one job that was claimed. */
export function only(jobs: readonly LeasedJob[]): LeasedJob {
  if (jobs.length !== 1 || !jobs[0]) throw new Error(`One job was expected, not ${jobs.length}.`);
  return jobs[0];
}

/** Syncs `sync-0` … over one model. */
export const yamlOfSyncs = (count: number, extra = ''): string => `
sources:
  warehouse: { type: postgres, settings: { host: db.internal }, secrets: { password: "env:WAREHOUSE" } }
destinations:
  app: { type: postgres, settings: { host: app.internal } }
models:
  people: { source: warehouse, primaryKey: [id], table: public.person }
syncs:
${Array.from({ length: count }, (_, n) => `  sync-${n}: { model: people, destination: app, object: public.person_${n}, mode: upsert, key: { id: id }, fields: { name: name }${extra} }`).join('\n')}
`;
