import { Validator } from '@seriousme/openapi-schema-validator';
import { fastify } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../app-error.js';
import type { AuthService } from '../auth/auth.service.js';
import type { Role } from '../auth/role.js';
import { Drain } from '../drain.js';
import { ManualClock } from '../job/testing/manual-clock.js';
import { addRest } from './add-rest.js';
import type { RestRunService } from './rest-run.service.js';
import { runEndpoints } from './run-endpoints.js';
import { DocumentedCalls, type Call } from './testing/documented-calls.js';

/** What came through to the service. */
let asked: unknown[];
let calls: DocumentedCalls;
const clock = new ManualClock();
const server = fastify();

const refuse = async (_asked: unknown, ...wanted: unknown[]) => {
  asked.push(wanted);
  throw new AppError('run.not_found', 'There is no such run.');
};
const service = { start: refuse, find: refuse, cancel: refuse } as unknown as RestRunService;
/** A token is the name of a workspace and a role. */
const auth = {
  callerOf: async ({ authorization = '' }) => {
    const [, workspaceId, role] = /^Bearer (.+) (.+)$/.exec(authorization) ?? [];
    if (role) return { workspaceId, role: role as Role };
    throw new AppError('auth.bad_key', 'The API key is not known or has expired.');
  },
} as unknown as AuthService;

beforeAll(async () => {
  const publicUrl = 'http://localhost:3000';
  const endpoints = runEndpoints(service);
  addRest(server, { endpoints, auth, clock, drain: new Drain(clock), publicUrl });
  calls = await DocumentedCalls.of(await server.listen({ port: 0, host: '127.0.0.1' }));
});
afterAll(() => server.close());
beforeEach(() => void (asked = []));

const as = (role: string, workspace = 'one') => ({ authorization: `Bearer ${workspace} ${role}` });
const start = ({ headers = {}, body }: Call) =>
  calls.call('post', '/syncs/some/runs', { headers: { ...as('owner'), ...headers }, body });

it('serves a document that is OpenAPI 3.1', async () => {
  const { document } = calls;
  const result = await new Validator().validate(structuredClone({ ...document }));
  expect(result).toMatchObject({ valid: true });
  expect(Object.keys(document.paths)).toEqual([
    '/syncs/{name}/runs',
    '/runs',
    '/runs/{id}',
    '/runs/{id}/cancel',
  ]);
});

describe('a bad request', () => {
  it.each([
    [400, 'rest.bad_request', { wrong: true }],
    [400, 'rest.bad_request', { full: 'true' }],
    [400, 'rest.bad_request', { canary: 0.5 }],
    [400, 'rest.bad_request', { undo: 'that one' }],
    [400, 'rest.bad_request', []],
    [400, 'rest.bad_request', 'null'],
    [400, 'rest.bad_body', '{'],
    [400, 'rest.bad_body', '{"__proto__": {"full": true}}'],
    [413, 'rest.too_large', JSON.stringify({ planDigest: 'x'.repeat(300_000) })],
    [422, 'run.options_conflict', { full: true, rebaseline: true }],
  ])('is answered with %i %s', async (status, code, body) => {
    expect(await start({ body })).toMatchObject({ status, answer: { code } });
    expect(asked).toEqual([]);
  });

  it('says where, and repeats no value', async () => {
    const body = { runs: [{ sync: 'one', canary: 'secret-value' }], ifLive: 'never' };
    const { answer } = await calls.call('post', '/runs', { headers: as('owner'), body });
    expect(answer.errors).toEqual([
      { pointer: '#/runs/0/canary', detail: 'must be integer' },
      { pointer: '#/ifLive', detail: 'must be one of refuse, join' },
    ]);
    expect(JSON.stringify(answer)).not.toContain('secret-value');
  });

  it('names a sync twice, or more of them than a hundred', async () => {
    const many = (runs: object[]) =>
      calls.call('post', '/runs', { headers: as('owner'), body: { runs } });
    const twice = await many([{ sync: 'one' }, { sync: 'one' }]);
    expect(twice.answer.errors).toEqual([
      { pointer: '#/runs/1/sync', detail: 'stands here twice' },
    ]);
    const named = Array.from({ length: 101 }, (_, n) => ({ sync: `sync-${n}` }));
    expect((await many(named)).answer.errors[0]?.pointer).toBe('#/runs');
    expect((await many(named.slice(1))).answer.code).toBe('run.not_found');
    expect((await calls.call('post', '/runs', { headers: as('owner') })).status).toBe(400);
  });

  it.each(['wait=51', 'wait=-1', 'wait=soon', 'wiat=1', 'wait=1&wait=2'])(
    'has the query %s',
    async (query) => {
      const { status, answer } = await calls.call('get', `/runs/1?${query}`, {
        headers: as('owner'),
      });
      expect({ status, code: answer.code }).toEqual({ status: 400, code: 'rest.bad_request' });
      expect(answer.errors[0]?.pointer).toMatch(/^\?/);
    },
  );

  it.each(['', ' ', 'é', 'x'.repeat(256)])('has an Idempotency-Key that is none', async (key) => {
    const headers = { 'idempotency-key': Buffer.from(key, 'utf8').toString('latin1') };
    expect(await start({ headers })).toMatchObject({
      status: 400,
      answer: { code: 'rest.bad_key' },
    });
  });

  it('has another type of body', async () => {
    const refused = await start({ headers: { 'content-type': 'text/plain' }, body: 'runs' });
    expect(refused).toMatchObject({ status: 415, answer: { code: 'rest.not_json' } });
  });

  it('asks for what is not there', async () => {
    const { url } = await fetch(`${server.listeningOrigin}/api/v1/nothing`);
    const response = await fetch(url, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'rest.not_found' });
  });
});

describe('who may ask', () => {
  it('is whoever has a key of a role that may', async () => {
    const run = (method: 'get' | 'post', path: string, role: string) =>
      calls.call(method, path, { headers: as(role) });
    expect((await run('get', '/runs/1', 'viewer')).status).toBe(404);
    expect((await run('post', '/syncs/some/runs', 'operator')).status).toBe(404);
    expect((await run('post', '/runs/1/cancel', 'operator')).status).toBe(404);
    expect(asked).toHaveLength(3);
    for (const path of ['/syncs/some/runs', '/runs', '/runs/1/cancel'])
      expect(await run('post', path, 'viewer')).toMatchObject({
        status: 403,
        answer: { code: 'auth.forbidden' },
      });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['auth.required', {}],
    ['auth.required', { cookie: 'better-auth.session_token=x' }],
    ['auth.bad_key', { authorization: 'Basic eDp5' }],
  ])('is told %s with %o, before the body is read', async (code, headers) => {
    const refused = await calls.call('post', '/runs', {
      headers: headers as Record<string, string>,
      body: '{',
    });
    expect(refused).toMatchObject({ status: 401, answer: { code } });
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('asks no more than a hundred times at once', async () => {
    const ask = () => calls.call('get', '/runs/1', { headers: as('viewer', 'hurried') });
    for (let times = 0; times < 100; times += 1) expect((await ask()).status).toBe(404);
    const refused = await ask();
    expect(refused).toMatchObject({ status: 429, answer: { code: 'rest.too_many' } });
    expect(refused.headers.get('retry-after')).toBe('1');
    clock.pass(50);
    expect((await ask()).status).toBe(404);
  });
});
