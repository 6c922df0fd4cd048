import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { Balancer } from '../testing/balancer.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { openReplica, type Replica } from '../testing/replica.js';
import { SteadyAgent } from '../testing/steady-agent.js';
import { Subscription } from '../testing/subscription.js';
import { openTestApp, type Answer, type TestApp, type Workspace } from '../testing/test-app.js';

const syncs = 20;
const agentCount = 3;
/** It waits for runs that share two cores with two replicas, their agents and the tests beside it. */
const slow = { timeout: 180_000 };
let app: TestApp;
let workspace: Workspace;
let folder: string;
let replicas: Replica[];
let balancer: Balancer;
let agents: SteadyAgent[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drawbridge-drain-'));
  app = await openTestApp(inject('postgresUrl'));
  workspace = await app.makeWorkspace('acme');
  const files = [{ path: 'test.yaml', text: yamlOfSyncs(syncs) }];
  await app.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files } },
  );
  const env = { DRAWBRIDGE_DRAIN_SECONDS: '2', DRAWBRIDGE_HEARTBEAT_MS: '250' };
  replicas = await Promise.all(
    [1, 2].map((n) => openReplica(app.config.databaseUrl, join(folder, `${n}.log`), env)),
  );
  balancer = new Balancer(replicas.map(({ url }) => url));
  agents = await Promise.all(Array.from({ length: agentCount }, makeAgent));
});

afterAll(async () => {
  await balancer.close();
  await Promise.all(agents.map((agent) => agent.close()));
  for (const { program } of replicas) program.kill('SIGKILL');
  await Promise.all(replicas.map(({ program }) => program.exited));
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function makeAgent(): Promise<SteadyAgent> {
  const guest = await FakeAgent.connect(app.url);
  await guest.enroll(await app.makeToken(workspace));
  guest.vanish();
  const work = { slots: 4, workMs: () => 50 + Math.random() * 300 };
  const agent = new SteadyAgent(() => balancer.url, guest.identity, work);
  agent.start();
  return agent;
}

async function ask<Data>(query: string): Promise<Answer<Data>> {
  const response = await fetch(`${balancer.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${workspace.apiKey}` },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer<Data>;
}

/** Starts runs and looks at them, over and over; answers what failed. */
async function load(signal: AbortSignal): Promise<{ asked: number; failed: unknown[] }> {
  const failed: unknown[] = [];
  let asked = 0;
  for (let n = 0; !signal.aborted; n += 1) {
    const start = `mutation { startRun(input: { sync: "sync-${n % syncs}" }) { run { id } } }`;
    for (const query of [start, '{ agents { edges { cursor } } }']) {
      const { errors = [] } = await ask(query).catch((error: unknown) => ({ errors: [error] }));
      failed.push(...errors.filter((error) => codeOf(error) !== 'run.already_live'));
      asked += 1;
    }
  }
  return { asked, failed };
}

const codeOf = (error: unknown): string | undefined =>
  (error as { extensions?: { code?: string } }).extensions?.code;

const count = (where: object): Promise<number> => app.database.run.count({ where });

test('a replica that is restarted under load fails no run and no request', slow, async () => {
  const [leaving, staying] = replicas;
  if (!leaving || !staying) throw new Error('Two replicas were expected.');
  const headers = { authorization: `Bearer ${workspace.apiKey}` };
  const payload = { query: 'subscription { agentUpdated { id } }' };
  const subscription = await Subscription.open(leaving.url, headers, payload);
  const stop = new AbortController();
  const loads = Promise.all([load(stop.signal), load(stop.signal)]);
  await vi.waitUntil(async () => (await count({ state: 'succeeded' })) > 10, 40_000);

  leaving.program.kill('SIGTERM');
  await vi.waitUntil(async () => (await fetch(`${leaving.url}/readyz`)).status === 503, 10_000);
  await leaving.program.exited;
  expect(leaving.program.exitCode).toBe(0);
  expect(await readFile(leaving.program.logFile, 'utf8')).toContain('"state":"left"');
  expect(subscription.closeCode).toBe(1012);
  await leaving.program.restart();
  const before = await count({ state: 'succeeded' });
  await vi.waitUntil(async () => (await count({ state: 'succeeded' })) > before + 10, 40_000);

  stop.abort();
  for (const { asked, failed } of await loads) {
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(10);
  }
  await vi.waitUntil(async () => (await count({ finishedAt: null })) === 0, 40_000);
  expect(await count({ NOT: { state: 'succeeded' } })).toBe(0);
  // No lease had to run out: every agent found its way to the other replica in time.
  const lapsed = await app.database.$queryRaw`select id from "Run" where lapses is not null`;
  expect(lapsed).toEqual([]);
});

test('a second signal ends it at once', async () => {
  const [replica] = replicas;
  replica?.program.kill('SIGTERM');
  await vi.waitUntil(async () => (await fetch(`${replica?.url}/readyz`)).status === 503, 10_000);
  const began = performance.now();
  replica?.program.kill('SIGTERM');
  await replica?.program.exited;
  expect(replica?.program.exitCode).toBe(143);
  expect(performance.now() - began).toBeLessThan(600);
});
