import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let app: TestApp;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
});
afterAll(() => app.close());

/** Every field that is loaded for a row of a list, in lists of lists. */
const nested = `{
  pools { edges { node { name agents { edges { node { id online } } } } } }
  syncs(first: 50) { edges { node {
    name
    lastRun { id approvals { by } errors { code title } failure { code advice } }
    runs(first: 2) { edges { node { id approvals { by } errors { code } failure { code } } } pageInfo { hasNextPage } }
  } } }
}`;

interface Nested {
  pools: { edges: { node: { agents: { edges: object[] } } }[] };
  syncs: { edges: { node: { lastRun: object | null; runs: { edges: object[] } } }[] };
}

async function makeLists(name: string, count: number): Promise<Workspace> {
  const workspace = await app.makeWorkspace(name);
  await app.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files: [{ path: 'test.yaml', text: yamlOfSyncs(count) }] } },
  );
  const { id } = workspace;
  await app.database.$executeRaw`
    insert into "Pool" (id, "workspaceId", name)
    select gen_random_uuid(), ${id}::uuid, 'pool-' || n from generate_series(1, ${count}::int) as n`;
  await app.database.$executeRaw`
    insert into "Agent" (id, "workspaceId", "poolId", "publicKey")
    select gen_random_uuid(), "workspaceId", id, '\\x00' from "Pool" where "workspaceId" = ${id}::uuid`;
  const problem = { code: 'source.refused', vendorCode: '28P01', count: 1, errorId: '' };
  await app.database.$executeRaw`
    insert into "Run" (id, "workspaceId", "syncId", version, state, trigger, options, errors, failure, "finishedAt")
    select gen_random_uuid(), "workspaceId", id, version, 'failed', 'api', '{}', ${JSON.stringify([problem])}::jsonb,
      ${JSON.stringify(problem)}::jsonb, now()
    from "Sync", generate_series(1, 3) where "workspaceId" = ${id}::uuid`;
  return workspace;
}

/** What one request asks the database; loops of the same process may ask something, too, so the least of a few counts. */
async function statementsOf(workspace: Workspace): Promise<{ least: number; data: Nested }> {
  const counts: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const { data, errors } = await app.ask<Nested>(workspace, nested);
    counts.push(query.mock.calls.length);
    query.mockRestore();
    expect(errors).toBeUndefined();
    if (n === 3 && data) return { least: Math.min(...counts), data };
  }
  throw new Error('Nothing was answered.');
}

it('asks the database as often for long lists of lists as for short ones', async () => {
  const few = await statementsOf(await makeLists('few', 2));
  const many = await statementsOf(await makeLists('many', 8));
  const sizes = ({ data }: typeof few): number[] => [
    data.pools.edges.flatMap(({ node }) => node.agents.edges).length,
    data.syncs.edges.filter(({ node }) => node.lastRun).length,
    data.syncs.edges.flatMap(({ node }) => node.runs.edges).length,
  ];
  expect([sizes(few), sizes(many)]).toEqual([
    [3, 2, 4],
    [9, 8, 16],
  ]);
  expect(few.least).toBeGreaterThan(5);
  expect(many.least).toBe(few.least);
});
