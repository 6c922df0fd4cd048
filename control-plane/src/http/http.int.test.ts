import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { Subscription } from '../testing/subscription.js';
import {
  codesOf,
  openTestApp,
  type Answer,
  type TestApp,
  type Workspace,
} from '../testing/test-app.js';

let app: TestApp;
let workspace: Workspace;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
  workspace = await app.makeWorkspace('Brandname of a customer', 'owner@brand.example');
  return () => app.close();
});

test.each(['/healthz', '/readyz'])('%s answers', async (path) => {
  expect((await fetch(app.url + path)).status).toBe(200);
});

test('metrics count, and name nothing of a customer', async () => {
  const response = await fetch(`${app.url}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain');
  const text = await response.text();
  expect(text).toContain('drawbridge_jobs{state="queued"} 0');
  expect(text).toContain('drawbridge_runs{state="running"} 0');
  expect(text).toContain('drawbridge_agents_connected 0');
  expect(text).toContain('drawbridge_database_up 1');
  expect(text).toContain('drawbridge_database_connections{state="waiting"} 0');
  expect(text).not.toContain('Brandname');
});

test('every answer forbids what no page of ours needs', async () => {
  for (const path of ['/healthz', '/', '/syncs/some-sync', '/no-such-thing.js']) {
    const { headers } = await fetch(app.url + path);
    expect(headers.get('content-security-policy'), `of ${path}`).toContain("script-src 'self'");
    expect(headers.get('x-content-type-options'), `of ${path}`).toBe('nosniff');
  }
});

test('a page of the UI is a page; a path of the API that is not there is not', async () => {
  const page = await fetch(`${app.url}/syncs/some-sync`);
  expect(page.headers.get('content-type')).toMatch(/text\/(html|plain)/);
  for (const path of ['/api/nothing', '/assets/nothing.js', '/graphql/nothing'])
    expect((await fetch(app.url + path)).status, `of ${path}`).toBe(404);
});

test('a path can not climb out of the UI', async () => {
  const response = await fetch(`${app.url}/..%2f..%2fpackage.json`);
  expect(await response.text()).not.toContain('"dependencies"');
});

test('a configuration of some megabytes is taken, and more than that is not', async () => {
  const query =
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { problems { code } } }';
  const files = (bytes: number) => ({
    input: { files: [{ path: 'a.yaml', text: `# ${'x'.repeat(bytes)}` }], dryRun: true },
  });
  const codes = async (bytes: number) => codesOf(await app.ask(workspace, query, files(bytes)));
  expect(await codes(3 * 1024 * 1024)).toEqual([]);
  expect(await codes(6 * 1024 * 1024)).toEqual(['configuration.too_large']);
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${workspace.apiKey}`,
    },
    body: JSON.stringify({ query, variables: files(9 * 1024 * 1024) }),
  });
  expect(response.status).toBe(413);
  expect(codesOf((await response.json()) as Answer<unknown>)).toEqual(['http.bad_body']);
});

test('a body that is no JSON is refused without being repeated', async () => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${workspace.apiKey}` },
    body: '{ "query": some-secret-value',
  });
  expect(response.status).toBe(400);
  expect(await response.text()).not.toContain('some-secret-value');
});

test('a query that goes too deep, costs too much, or is none, is refused', async () => {
  const deep = `{ __schema { types { fields { type ${'{ ofType '.repeat(20)}{ name }${' }'.repeat(20)} } } } }`;
  const dear =
    '{ syncs(first: 100) { edges { node { runs(first: 100) { edges { node { id state phase trigger errors { code } } } } } } } }';
  for (const [query, code] of [
    [deep, 'graphql.too_deep'],
    [dear, 'graphql.too_costly'],
    ['{ nothing }', 'graphql.invalid'],
    ['no query at all', 'graphql.invalid'],
  ] as const)
    expect(codesOf(await app.ask(workspace, query)), `for ${query}`).toEqual([code]);
});

test('a subscription has the same limits, and must fit the schema', async () => {
  const headers = { authorization: `Bearer ${workspace.apiKey}` };
  const levels = Array.from(
    { length: 60 },
    (_, n) => `fragment F${n} on Run { ...F${n + 1} ...F${n + 1} }`,
  );
  const doubling = `${levels.join(' ')} fragment F60 on Run { id } subscription { runUpdated(id: "x") { ...F0 } }`;
  const circle = 'fragment A on Run { ...A } subscription { runUpdated(id: "x") { ...A } }';
  for (const [query, code] of [
    [doubling, 'graphql.too_costly'],
    [circle, 'graphql.invalid'],
    ['subscription { nothing }', 'graphql.invalid'],
  ] as const) {
    const subscription = await Subscription.open(app.url, headers, { query });
    expect(codesOf(await subscription.answer()), `for ${query}`).toEqual([code]);
    await subscription.close();
  }
});

test('with a browser session only the documents of the UI are answered', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drawbridge-documents-'));
  const documentsFile = join(folder, 'documents.json');
  const own = 'query Viewer { viewer { name } }';
  await writeFile(documentsFile, JSON.stringify({ 'sha256:any': own }));
  const strict = await openTestApp(inject('postgresUrl'), { documents: 'listed', documentsFile });
  try {
    const owner = await strict.makeWorkspace('strict');
    const cookie = await cookieOf(strict, owner);
    const adHoc = '{ viewer { name role } }';
    expect(codesOf(await strict.ask({ cookie }, own))).toEqual([]);
    expect(codesOf(await strict.ask({ cookie }, adHoc))).toEqual(['graphql.unlisted']);
    expect(codesOf(await strict.ask(owner, adHoc))).toEqual([]);
    const spied = 'subscription { agentUpdated { id version } }';
    const refused = await Subscription.open(strict.url, { cookie }, { query: spied });
    expect(codesOf(await refused.answer())).toEqual(['graphql.unlisted']);
    await refused.close();
  } finally {
    await strict.close();
    await rm(folder, { recursive: true });
  }
});

test('what a client wrote gets into no log', async () => {
  const secret = 'a-value-that-nobody-may-log';
  await app.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files: [{ path: `${secret}.yaml`, text: `${secret}: {}` }] } },
  );
  await app.ask(workspace, `{ sync(name: "${secret}") { id } }`);
  await fetch(`${app.url}/syncs/${secret}`);
  await app.ask({}, '{ viewer { name } }');
  const text = app.log.join('');
  expect(text).not.toContain(secret);
  // What is answered on purpose is no fault of ours.
  expect(text).not.toContain('auth.required');
});

/** Of a browser that followed the workspace's link. */
async function cookieOf(of: TestApp, { signInLink }: Workspace): Promise<string> {
  const { pathname, search } = new URL(signInLink);
  const response = await fetch(of.url + pathname + search, { redirect: 'manual' });
  const cookies = response.headers.getSetCookie();
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ');
}
