import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { FakeAgent, FakeIdentity } from '../testing/fake-agent.js';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let app: TestApp;
let workspace: Workspace;
let agents: FakeAgent[];

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
  return () => app.close();
});

beforeEach(async () => {
  workspace = await app.makeWorkspace(`w-${randomUUID()}`);
  agents = [];
  return () => {
    for (const agent of agents) agent.vanish();
  };
});

async function connect(identity?: FakeIdentity): Promise<FakeAgent> {
  const agent = await FakeAgent.connect(app.url, identity);
  agents.push(agent);
  return agent;
}

async function live(identity?: FakeIdentity): Promise<{ agent: FakeAgent; sessionId: string }> {
  const agent = await connect(identity);
  await agent.enroll(await app.makeToken(workspace));
  return { agent, sessionId: sessionIn(await agent.welcome()) };
}

const sessionIn = ({ body }: Awaited<ReturnType<FakeAgent['welcome']>>): string =>
  body.case === 'welcome' ? body.value.sessionId : '';

const rotate = (agent: FakeAgent, as = workspace) =>
  app.ask<{ rotateAgent: { agent: { rotating: boolean; rotatedAt: string | null } } }>(
    as,
    'mutation ($id: ID!) { rotateAgent(input: { id: $id }) { agent { rotating rotatedAt } } }',
    { id: agent.identity.agentId },
  );

/** Says the next key, signed by it for this session of the present one. */
function offerKey(agent: FakeAgent, next: FakeIdentity, sessionId: string): void {
  const signature = next.sign('drawbridge-rotate-v1\n', next.agentId, sessionId);
  agent.say({ case: 'nextKey', value: { publicKey: next.publicKey(), signature } });
}

/** How a hello that this key signs is answered. */
async function greeting(identity: FakeIdentity): Promise<string> {
  const agent = await connect(identity);
  agent.hello();
  const answer = await agent.nextOfAny();
  agent.vanish();
  return answer?.body.case === 'problem' ? answer.body.value.code : String(answer?.body.case);
}

test('an agent takes a new key, and its old one is good until the new one has signed', async () => {
  const { agent, sessionId } = await live();
  const { data } = await rotate(agent);
  expect(data?.rotateAgent.agent).toEqual({ rotating: true, rotatedAt: null });
  await agent.next('rotate');
  const next = agent.identity.successor();
  offerKey(agent, next, sessionId);
  expect(await agent.problem()).toEqual({ code: 'session.rotating', retryable: true });
  // The agent may have died before it heard that.
  expect(await greeting(agent.identity)).toBe('welcome');
  expect(await greeting(next)).toBe('welcome');
  expect(await greeting(agent.identity)).toBe('session.bad_signature');
  expect(await greeting(next)).toBe('welcome');
  const row = await app.database.agent.findUniqueOrThrow({ where: { id: next.agentId } });
  expect(row).toMatchObject({ nextPublicKey: null, rotationRequestedAt: null });
  expect(row.rotatedAt).not.toBeNull();
  const entries = await app.database.auditEntry.findMany({
    where: { subjectId: next.agentId, action: { startsWith: 'agent.rotate' } },
    orderBy: { sequence: 'asc' },
  });
  expect(entries.map(({ action, actorKind }) => [action, actorKind])).toEqual([
    ['agent.rotate', 'key'],
    ['agent.rotated', 'agent'],
  ]);
});

test('one that was away is asked after its next hello', async () => {
  const { agent } = await live();
  await agent.close();
  await rotate(agent);
  const again = await connect(agent.identity);
  await again.welcome();
  expect(await again.next('rotate')).toBeDefined();
});

test('a key that nobody asked for, or that does not sign for this session, is not kept', async () => {
  const { agent, sessionId } = await live();
  const next = agent.identity.successor();
  offerKey(agent, next, sessionId);
  agent.beat(4);
  // It goes on as if nothing was said.
  await agent.next('heartbeatAnswer');
  await rotate(agent);
  await agent.next('rotate');
  offerKey(agent, next, randomUUID());
  expect(await agent.problem()).toMatchObject({ code: 'session.bad_signature' });
  expect(await greeting(next)).toBe('session.bad_signature');
  expect(await greeting(agent.identity)).toBe('welcome');
});

test('an agent that is too old to be asked goes on with its key, and is heard', async () => {
  const identity = new FakeIdentity();
  identity.revision = 1;
  const { agent } = await live(identity);
  await rotate(agent);
  agent.beat(1);
  // The one who asks is asked for nothing that would end the line.
  expect((await agent.nextOfAny())?.body.case).toBe('heartbeatAnswer');
  agent.vanish();
  // With a newer version it is asked, as it should have been.
  identity.revision = 2;
  const newer = await connect(identity);
  await newer.welcome();
  expect(await newer.next('rotate')).toBeDefined();
});

test('revoking ends both keys at once', async () => {
  const { agent, sessionId } = await live();
  await rotate(agent);
  await agent.next('rotate');
  const next = agent.identity.successor();
  offerKey(agent, next, sessionId);
  await agent.problem();
  await app.ask(
    workspace,
    'mutation ($id: ID!) { revokeAgent(input: { id: $id }) { agent { id } } }',
    {
      id: next.agentId,
    },
  );
  expect(await greeting(next)).toBe('session.revoked');
  expect(await greeting(agent.identity)).toBe('session.revoked');
  expect(codesOf(await rotate(agent))).toEqual(['agent.revoked']);
  expect(codesOf(await rotate(agent, await app.makeWorkspace(`w-${randomUUID()}`)))).toEqual([
    'agent.not_found',
  ]);
});
