import { makeDatabase, type TestDatabase } from '@drawbridge/local/testing/database.js';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { Drain } from '../drain.js';
import { JobService } from '../job/job.service.js';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { asOwner } from '../testing/as-owner.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let app: TestApp;
let workspace: Workspace;

beforeEach(async () => {
  app = await openTestApp(inject('postgresUrl'));
  workspace = await app.makeWorkspace('Brandname');
});

afterEach(() => app.close());

async function readiness(): Promise<{ code: number; status: string }> {
  const response = await fetch(`${app.url}/readyz`);
  const { status } = (await response.json()) as { status: string };
  return { code: response.status, status };
}

/** Figures by name and labels. Other tests of this process add to those that only grow. */
async function scrape(): Promise<Map<string, number>> {
  const lines = (await (await fetch(`${app.url}/metrics`)).text()).split('\n');
  const said = lines.filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    said.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

type Figures = ReadonlyMap<string, number>;
const grown = (name: string, before: Figures, now: Figures): number =>
  (now.get(name) ?? 0) - (before.get(name) ?? 0);

test('a replica is not ready while its database lacks a migration, nor once it drains', async () => {
  await asOwner(app.config, 'update _prisma_migrations set finished_at = null');
  expect(await readiness()).toEqual({ code: 503, status: 'database.old_schema' });
  await asOwner(app.config, 'update _prisma_migrations set finished_at = now()');
  await vi.waitUntil(async () => (await readiness()).status === 'ok', 5_000);
  app.app.get(Drain).begin();
  expect(await readiness()).toEqual({ code: 503, status: 'draining' });
});

test('figures of queue, leases, dispatch, sockets and GraphQL can be scraped', async () => {
  const before = await scrape();
  const files = [{ path: 'test.yaml', text: yamlOfSyncs(2) }];
  await app.ask(
    workspace,
    'mutation Brandname ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files } },
  );
  for (const sync of ['sync-0', 'sync-1'])
    await app.ask(workspace, `mutation { startRun(input: { sync: "${sync}" }) { run { id } } }`);
  const { id: pool } = await app.database.pool.findFirstOrThrow();
  const waiting = await scrape();
  expect(waiting.get(`drawbridge_queue_jobs{pool="${pool}"}`)).toBe(2);
  expect(waiting.get(`drawbridge_queue_oldest_seconds{pool="${pool}"}`)).toBeGreaterThan(0);
  const started = 'drawbridge_graphql_seconds_count{operation="startRun"}';
  expect(grown(started, before, waiting)).toBe(2);
  expect([...waiting.keys()].join()).not.toContain('Brandname');

  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(workspace));
  await agent.welcome({ slots: 1 });
  agent.beat(1);
  const { lease } = await agent.next('offer');
  agent.say({ case: 'accepted', value: { lease: lease ?? {} } }, 1n);
  await agent.acknowledged(1n);
  const running = await scrape();
  expect(running.get('drawbridge_sockets{of="agent"}')).toBe(1);
  expect(running.get('drawbridge_agents_connected')).toBe(1);
  expect(running.get(`drawbridge_queue_jobs{pool="${pool}"}`)).toBe(1);
  expect(grown('drawbridge_dispatch_seconds_count', before, running)).toBe(1);

  await app.database.$executeRaw`update "Job" set "leaseUntil" = now() where state = 'leased'`;
  await app.app.get(JobService, { strict: false }).rescue();
  const lapsed = 'drawbridge_lease_expiries_total{state="queued"}';
  expect(grown(lapsed, before, await scrape())).toBe(1);
  agent.vanish();
});

test('without its database a process is alive, not ready, and shows the figures that it has', async () => {
  const elsewhere: TestDatabase = await makeDatabase(inject('postgresUrl'));
  const client = new pg.Client({ connectionString: elsewhere.url });
  await client.connect();
  const name = new URL(app.config.databaseUrl).pathname.slice(1);
  const close = 'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1';
  await client.query(`alter database ${name} with allow_connections false`);
  await client.query(close, [name]);
  expect(await readiness()).toEqual({ code: 503, status: 'database.unreachable' });
  expect((await scrape()).get('drawbridge_database_up')).toBe(0);
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  await client.query(`alter database ${name} with allow_connections true`);
  await vi.waitUntil(async () => (await readiness()).code === 200, 10_000);
  await client.end();
  await elsewhere.close();
});
