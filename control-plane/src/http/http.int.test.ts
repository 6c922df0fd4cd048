import { beforeAll, expect, inject, test } from 'vitest';
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
  expect(codesOf(await app.ask(workspace, query, files(6 * 1024 * 1024)))).toEqual([]);
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

test('a query that goes too deep, or is none, is refused', async () => {
  const nested = `{ syncs { edges { node { runs { edges { node { ${'errors { '.repeat(8)} code ${'} '.repeat(8)} } } } } } } }`;
  for (const query of [nested, '{ nothing }', 'no query at all'])
    expect(codesOf(await app.ask(workspace, query)), `for ${query}`).toContain('graphql.invalid');
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
