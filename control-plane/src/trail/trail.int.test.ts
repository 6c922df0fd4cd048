import { verifyChain, type ExportedEntry } from '@drawbridge/proto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

let test: TestApp;
beforeAll(async () => {
  test = await openTestApp(inject('postgresUrl'));
});
afterAll(() => test.close());

type Shown = ExportedEntry & { before: string | null; after: string | null };
interface Listed {
  audit: { edges: { node: Shown }[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

const list = (as: Workspace, filter: object, page: object = {}) =>
  test.ask<Listed>(
    as,
    `query ($filter: AuditFilter, $first: Int, $after: String, $oldestFirst: Boolean) {
      audit(filter: $filter, first: $first, after: $after, oldestFirst: $oldestFirst) {
        edges { node { id workspaceId sequence createdAt action before after address userAgent previous hash
          actor { kind id name } subject { kind id name } } }
        pageInfo { hasNextPage endCursor } } }`,
    { filter, ...page },
  );
async function streamedTo({ apiKey }: Workspace, after = 0): Promise<ExportedEntry[]> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${test.url}/api/v1/audit?after=${after}`, { headers });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  const lines = (await response.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as ExportedEntry);
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));

it('lists what was done in the workspace alone, by pages and filters, and its chain holds', async () => {
  const ours = await test.makeWorkspace('ours');
  const theirs = await test.makeWorkspace('theirs');
  for (let number = 0; number < 3; number += 1) await test.makeToken(ours, `pool-${number}`);
  const found: Shown[] = [];
  for (let after: string | null = null, more = true; more;) {
    const { data }: Awaited<ReturnType<typeof list>> = await list(ours, {}, { first: 2, after });
    found.push(...data!.audit.edges.map(({ node }) => node));
    ({ hasNextPage: more, endCursor: after } = data!.audit.pageInfo);
  }
  expect(found.map(({ action }) => action)).toEqual([
    ...Array.from({ length: 3 }, () => 'agent.enroll'),
    'key.replace',
  ]);
  const inOrder = found.toReversed().map((entry) => ({
    ...entry,
    before: parsed(entry.before),
    after: parsed(entry.after),
  }));
  expect(await verifyChain(inOrder)).toMatchObject({ kind: 'whole', entries: 4, first: 1 });
  expect(JSON.stringify(found)).not.toMatch(/db[ek]_/);
  expect((await list(ours, { action: 'key.replace' })).data!.audit.edges).toHaveLength(1);
  expect((await list(ours, { actor: 'nobody' })).data!.audit.edges).toEqual([]);
  expect((await list(ours, { to: '2020-01-01T00:00:00Z' })).data!.audit.edges).toEqual([]);
  expect((await list(theirs, {})).data!.audit.edges).toHaveLength(1);
  expect(codesOf(await list(ours, {}, { after: 'x' }))).toEqual(['page.bad_cursor']);
  const oldest = await list(ours, {}, { oldestFirst: true, first: 2 });
  expect(oldest.data!.audit.edges.map(({ node }) => node.sequence)).toEqual([1, 2]);
  const after = oldest.data!.audit.pageInfo.endCursor;
  const next = await list(ours, {}, { oldestFirst: true, after });
  expect(next.data!.audit.edges.map(({ node }) => node.sequence)).toEqual([3, 4]);
  const streamed = await streamedTo(ours);
  expect(streamed).toEqual(inOrder.map((entry) => expect.objectContaining(entry)));
  expect(await verifyChain(streamed)).toMatchObject({ kind: 'whole', entries: 4 });
  expect((await streamedTo(ours, 3)).map(({ sequence }) => sequence)).toEqual([4]);
  expect(await streamedTo(ours, 4)).toEqual([]);
});
