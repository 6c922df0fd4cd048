import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { openApp } from '../open-app.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

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

const mutate = async (text: string): Promise<void> => {
  const { errors } = await here.ask(workspace, `mutation { ${text} }`);
  expect(errors).toBeUndefined();
};

test('what is started and cancelled at one replica reaches an agent at another', async () => {
  await here.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files: [{ path: 'test.yaml', text: yamlOfSyncs(1) }] } },
  );
  await mutate('startRun(input: { sync: "sync-0" }) { run { id } }');
  const { lease, work } = await agent.next('offer');
  if (work.case !== 'runSync') throw new Error('A run was expected.');
  await mutate(`cancelRun(input: { id: "${work.value.runId}" }) { run { id } }`);
  expect((await agent.next('cancel')).lease).toEqual(lease);
});

test('an agent that is revoked at one replica is thrown out at another', async () => {
  await mutate(`revokeAgent(input: { id: "${agent.identity.agentId}" }) { agent { id } }`);
  expect(await agent.problem()).toEqual({ code: 'session.revoked', retryable: false });
});

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
