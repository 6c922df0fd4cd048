import { setTimeout as wait } from 'node:timers/promises';
import { Standing } from '@drawbridge/proto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { Notices } from '../database/notices.js';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { openApp } from '../open-app.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { Subscription } from '../testing/subscription.js';
import { openTestApp, type Answer, type TestApp, type Workspace } from '../testing/test-app.js';

/** People talk to `here`; the agent dialled in `there`. Both stand on one database. */
let here: TestApp;
let there: NestFastifyApplication;
let thereUrl: string;
let workspace: Workspace;
let agent: FakeAgent;

beforeEach(async () => {
  here = await openTestApp(inject('postgresUrl'));
  there = await openApp(here.config, false);
  await there.listen(0, '127.0.0.1');
  thereUrl = await there.getUrl();
  workspace = await here.makeWorkspace('acme');
  agent = await FakeAgent.connect(thereUrl);
  await agent.enroll(await here.makeToken(workspace));
  await agent.welcome();
  agent.beat(1);
  await agent.next('heartbeatAnswer');
  // A notice reaches whoever listens already.
  await vi.waitUntil(async () => (await listeners()) === 2, 10_000);
});

afterEach(async () => {
  agent.vanish();
  await there.close();
  await here.close();
});

async function listeners(): Promise<number> {
  const rows = await here.database.$queryRaw<object[]>`
    select pid from pg_stat_activity where datname = current_database() and query like 'notify %'`;
  return rows.length;
}

async function applySync(): Promise<void> {
  const files = [{ path: 'test.yaml', text: yamlOfSyncs(1) }];
  await here.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files } },
  );
}

async function startSync(): Promise<string> {
  const { data } = await here.ask<{ startRun: { run: { id: string } } }>(
    workspace,
    'mutation { startRun(input: { sync: "sync-0" }) { run { id } } }',
  );
  return data!.startRun.run.id;
}

const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  Promise.race([
    work,
    wait(ms, undefined, { ref: false }).then(() => {
      throw new Error(`Not within ${ms} ms.`);
    }),
  ]);

const mutate = async (text: string): Promise<void> => {
  const { errors } = await here.ask(workspace, `mutation { ${text} }`);
  expect(errors).toBeUndefined();
};

test('what is started and cancelled at one replica reaches an agent at another', async () => {
  await applySync();
  const id = await startSync();
  const { lease } = await agent.next('offer');
  await mutate(`cancelRun(input: { id: "${id}" }) { run { id } }`);
  expect((await agent.next('cancel')).lease).toEqual(lease);
});

test('an agent that is revoked at one replica is thrown out at another', async () => {
  await mutate(`revokeAgent(input: { id: "${agent.identity.agentId}" }) { agent { id } }`);
  expect(await agent.problem()).toEqual({ code: 'session.revoked', retryable: false });
});

test('without a single notice all of it gets there within its bound', async () => {
  const revoked = await FakeAgent.connect(thereUrl);
  await revoked.enroll(await here.makeToken(workspace, 'elsewhere'));
  await revoked.welcome();
  // Both listen, and nothing comes.
  for (const app of [here.app, there])
    vi.spyOn(app.get(Notices), 'publish').mockResolvedValue(undefined);
  await mutate(`revokeAgent(input: { id: "${revoked.identity.agentId}" }) { agent { id } }`);
  const [problem] = await Promise.all([within(5_000, revoked.problem()), runWithoutNotices()]);
  expect(problem.code).toBe('session.revoked');
});

async function runWithoutNotices(): Promise<void> {
  await applySync();
  const id = await startSync();
  const key = { authorization: `Bearer ${workspace.apiKey}` };
  const query = `subscription { runUpdated(id: "${id}") { state } }`;
  const line = await Subscription.open(here.url, key, { query });
  const { lease } = await within(6_000, agent.next('offer'));
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  const seen = async (): Promise<void> => {
    for (let state = ''; state !== 'running';) {
      const { data } = (await line.answer()) as Answer<{ runUpdated: { state: string } }>;
      state = data?.runUpdated.state ?? '';
    }
  };
  await within(3_500, seen());
  await mutate(`cancelRun(input: { id: "${id}" }) { run { id } }`);
  agent.beat(0, lease && [lease], 2n);
  const { leases } = await within(1_000, agent.next('heartbeatAnswer'));
  expect(leases).toMatchObject([{ standing: Standing.CANCEL }]);
  await line.close();
}

test('an agent that moves to another replica leaves no session behind', async () => {
  const moved = await FakeAgent.connect(here.url, agent.identity, agent.bootId);
  await moved.welcome();
  expect(await agent.problem()).toEqual({ code: 'session.reconnected', retryable: true });
  moved.say({ case: 'catalog', value: {} }, 1n);
  await moved.acknowledged(1n);
  moved.vanish();
});

test('a frame that comes late over the older line is not applied', async () => {
  const moved = await FakeAgent.connect(here.url, agent.identity, agent.bootId);
  moved.hello();
  agent.say({ case: 'catalog', value: {} }, 1n);
  await moved.next('welcome');
  agent.say({ case: 'catalog', value: {} }, 2n);
  expect((await agent.problem()).code).toBe('session.reconnected');
  const row = await here.database.agent.findUniqueOrThrow({
    where: { id: agent.identity.agentId },
  });
  expect(row.appliedSeq).toBeLessThan(2n);
  moved.vanish();
});
