import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { FakeAgent } from '../testing/fake-agent.js';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let app: TestApp;
let workspace: Workspace;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'), { offlineMs: 45_000 });
  return () => app.close();
});

beforeEach(async () => {
  workspace = await app.makeWorkspace(`w-${randomUUID()}`);
});

interface ShownAgent {
  id: string;
  pool: string;
  online: boolean;
  freeSlots: number;
  revokedAt: string | null;
  policyDigest: string | null;
}

const agentsOf = async (asked: Workspace): Promise<ShownAgent[]> => {
  const query = '{ agents { edges { node { id pool online freeSlots revokedAt policyDigest } } } }';
  const { data } = await app.ask<{ agents: { edges: { node: ShownAgent }[] } }>(asked, query);
  return data!.agents.edges.map(({ node }) => node);
};

const tokenMutation =
  'mutation ($pool: String!) { createEnrollmentToken(input: { pool: $pool }) { token pool expiresAt } }';
const revokeMutation =
  'mutation ($id: ID!) { revokeAgent(input: { id: $id }) { agent { id revokedAt } } }';

async function enrol(asked: Workspace, pool = 'default'): Promise<FakeAgent> {
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(await app.makeToken(asked, pool));
  return agent;
}

test('a token is 256 bits, known here by its hash alone, and lives an hour by the database', async () => {
  const { data } = await app.ask<{
    createEnrollmentToken: { token: string; pool: string; expiresAt: string };
  }>(workspace, tokenMutation, { pool: 'default' });
  const { token, expiresAt } = data!.createEnrollmentToken;
  expect(token).toMatch(/^dbe_[A-Za-z0-9_-]{43}$/);
  const [row] = await app.database.$queryRaw<{ secondsLeft: number; text: string }[]>`
    select extract(epoch from "expiresAt" - now())::float8 as "secondsLeft", to_jsonb(token)::text as text
    from "EnrollmentToken" as token where "workspaceId" = ${workspace.id}::uuid`;
  expect(row!.secondsLeft).toBeGreaterThan(3_590);
  expect(row!.secondsLeft).toBeLessThanOrEqual(3_600);
  expect(row!.text).not.toContain(token.slice(4));
  expect(new Date(expiresAt).getTime()).not.toBeNaN();
});

test('a pool begins with its first token, and is one however many ask', async () => {
  const tokens = await Promise.all(
    Array.from({ length: 8 }, () => app.makeToken(workspace, 'vienna')),
  );
  expect(new Set(tokens).size).toBe(8);
  const agent = await FakeAgent.connect(app.url);
  await agent.enroll(tokens[0]!);
  agent.vanish();
  const { data } = await app.ask(
    workspace,
    '{ pools { edges { node { name agents { edges { node { id pool } } } } } } }',
  );
  const enrolled = { node: { id: agent.identity.agentId, pool: 'vienna' } };
  expect(data).toEqual({
    pools: {
      edges: [
        { node: { name: 'default', agents: { edges: [] } } },
        { node: { name: 'vienna', agents: { edges: [enrolled] } } },
      ],
    },
  });
});

test.each(['', ' vienna', 'a\nb', 'x'.repeat(101)])('a pool is not named %j', async (pool) => {
  const answer = await app.ask(workspace, tokenMutation, { pool });
  expect(codesOf(answer)).toEqual(['agent.bad_pool_name']);
});

test('an agent is online while it is heard, by the time of the database', async () => {
  const agent = await enrol(workspace);
  expect(await agentsOf(workspace)).toMatchObject([{ online: false, freeSlots: 0 }]);
  await agent.welcome({ slots: 4 });
  agent.beat(3);
  await agent.next('heartbeatAnswer');
  expect(await agentsOf(workspace)).toMatchObject([{ online: true, freeSlots: 3 }]);
  // As after a crash of the control plane that the agent talked to.
  await app.database.$executeRaw`
    update "Agent" set "lastSeenAt" = now() - interval '46 seconds' where "workspaceId" = ${workspace.id}::uuid`;
  expect(await agentsOf(workspace)).toMatchObject([{ online: false, freeSlots: 0 }]);
  agent.vanish();
});

test('an agent says under which policy file it is, anew at each start', async () => {
  const agent = await enrol(workspace);
  const policyDigest = 'ef'.repeat(32);
  await agent.welcome({ policyDigest });
  expect(await agentsOf(workspace)).toMatchObject([{ policyDigest }]);
  agent.vanish();
  const none = await enrol(await app.makeWorkspace(`w-${randomUUID()}`));
  await none.welcome();
  const { agentId: id } = none.identity;
  const row = await app.database.agent.findUniqueOrThrow({ where: { id } });
  expect(row.policyDigest).toBe('');
  none.vanish();
});

test('revoking is for good, and again changes nothing', async () => {
  const agent = await enrol(workspace);
  const { agentId: id } = agent.identity;
  const first = await app.ask(workspace, revokeMutation, { id });
  expect(first.errors).toBeUndefined();
  const again = await app.ask(workspace, revokeMutation, { id });
  expect(again.data).toEqual(first.data);
  expect(await agentsOf(workspace)).toMatchObject([{ id, online: false }]);
  agent.vanish();
});

test('agents of another workspace are not there', async () => {
  const other = await app.makeWorkspace(`w-${randomUUID()}`);
  const agent = await enrol(other);
  expect(await agentsOf(workspace)).toEqual([]);
  for (const id of [agent.identity.agentId, randomUUID(), 'no id at all'])
    expect(codesOf(await app.ask(workspace, revokeMutation, { id }))).toEqual(['agent.not_found']);
  expect(await agentsOf(other)).toMatchObject([{ revokedAt: null }]);
  agent.vanish();
});

test('agents are told page by page, in a pool as in the workspace', async () => {
  const { id: workspaceId } = workspace;
  await app.makeToken(workspace, 'many');
  const pool = await app.database.pool.findFirstOrThrow({ where: { workspaceId, name: 'many' } });
  const enrolled = Array.from({ length: 5 }, (_, n) => ({
    workspaceId,
    poolId: pool.id,
    publicKey: Buffer.from('key'),
    // Two of one moment.
    createdAt: new Date(Date.UTC(2030, 0, 1 + Math.min(n, 3))),
  }));
  await app.database.agent.createMany({ data: enrolled });
  const seen = async (list: string, path: (data: never) => Agents): Promise<string[]> => {
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { data } = await app.ask<never>(workspace, list, { after });
      const { edges, pageInfo } = path(data!);
      ids.push(...edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    return ids;
  };
  const page =
    '(first: 2, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } }';
  const all = await seen(`query ($after: String) { agents${page} }`, ({ agents }) => agents);
  const ofPool = await seen(
    `query ($after: String) { pools(first: 100) { edges { node { name agents${page} } } } }`,
    ({ pools }: { pools: { edges: { node: { name: string; agents: Agents } }[] } }) =>
      pools.edges.find(({ node }) => node.name === 'many')!.node.agents,
  );
  expect(ofPool).toHaveLength(5);
  expect(new Set(all).size).toBe(all.length);
  expect(all.slice(-5)).toEqual(ofPool);
  const bad = await app.ask(workspace, '{ agents(first: 101) { edges { cursor } } }');
  expect(codesOf(bad)).toEqual(['page.bad_size']);
});

interface Agents {
  edges: { node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
