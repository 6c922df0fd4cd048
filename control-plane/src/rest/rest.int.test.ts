import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Drain } from '../drain.js';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import { DocumentedCalls, type Call } from './testing/documented-calls.js';

let app: TestApp;
let workspace: Workspace;
let other: Workspace;
let calls: DocumentedCalls;
let syncs = 0;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
  calls = await DocumentedCalls.of(app.url);
  workspace = await app.makeWorkspace('ours');
  other = await app.makeWorkspace('theirs');
  const files = [{ path: 'test.yaml', text: yamlOfSyncs(40) }];
  await app.ask(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files } },
  );
});
afterAll(() => app.close());

/** A sync that no other test has. */
const fresh = (): string => `sync-${(syncs += 1)}`;

const call = (
  method: 'get' | 'post',
  path: string,
  { headers = {}, body, as = workspace }: Call & { as?: Workspace } = {},
) =>
  calls.call(method, path, { headers: { authorization: `Bearer ${as.apiKey}`, ...headers }, body });
const start = (sync: string, asked: Call & { as?: Workspace } = {}) =>
  call('post', `/syncs/${sync}/runs`, asked);
const cancel = (id: string) => call('post', `/runs/${id}/cancel`);
const runsOf = (name: string) => app.database.run.count({ where: { sync: { name } } });

describe('starting a run', () => {
  it('queues it, says where it is, and writes down who did it', async () => {
    const sync = fresh();
    const { status, headers, answer } = await start(sync, { headers: { 'user-agent': 'airflow' } });
    expect({ status, answer }).toMatchObject({
      status: 201,
      answer: { sync, state: 'queued', isOver: false },
    });
    expect(headers.get('location')).toBe(`/api/v1/runs/${answer.id}`);
    const where = { workspaceId: workspace.id, action: 'run.start', subjectId: answer.id };
    expect(await app.database.auditEntry.findFirst({ where })).toMatchObject({
      actorKind: 'key',
      address: '127.0.0.1',
      userAgent: 'airflow',
    });
  });

  it('takes the options of a run', async () => {
    const { answer } = await start(fresh(), { body: { dryRun: true, verify: true } });
    const run = await app.database.run.findUnique({ where: { id: answer.id } });
    expect(run?.options).toMatchObject({ dryRun: true, verify: true, full: false });
  });

  it('refuses a second one, or answers with the first', async () => {
    const sync = fresh();
    const first = await start(sync);
    expect(await start(sync)).toMatchObject({
      status: 409,
      answer: { code: 'run.already_live' },
    });
    const joined = await start(sync, { body: { ifLive: 'join' } });
    expect(joined).toMatchObject({ status: 200, answer: { id: first.answer.id } });
  });
});

describe('with an Idempotency-Key', () => {
  const keyed = (key: string, body?: object): Call => ({
    headers: { 'idempotency-key': key },
    ...(body && { body }),
  });

  it('starts one run, however many ask at once', async () => {
    const sync = fresh();
    const asked = await Promise.all(Array.from({ length: 8 }, () => start(sync, keyed('nightly'))));
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(asked.map(({ answer }) => answer.id)).size).toBe(1);
    const replayed = asked.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
    expect(replayed).toHaveLength(7);
    expect(await runsOf(sync)).toBe(1);
  });

  it('answers with the same run also when that is over', async () => {
    const sync = fresh();
    const first = await start(sync, keyed('"quoted"', { full: true }));
    await cancel(first.answer.id);
    const again = await start(sync, keyed('quoted', { full: true }));
    expect(again).toMatchObject({ status: 201, answer: { id: first.answer.id, isOver: true } });
  });

  it('refuses the key for something else, in this workspace alone', async () => {
    const sync = fresh();
    await start(sync, keyed('one'));
    for (const elsewise of [
      start(fresh(), keyed('one')),
      start(sync, keyed('one', { full: true })),
    ])
      expect(await elsewise).toMatchObject({ status: 422, answer: { code: 'rest.key_reused' } });
    const elsewhere = await start(sync, { ...keyed('one'), as: other });
    expect(elsewhere).toMatchObject({ status: 404, answer: { code: 'sync.not_found' } });
  });

  it('remembers nothing that was refused, and nothing for longer than a day', async () => {
    const sync = fresh();
    const { answer } = await start(sync);
    expect((await start(sync, keyed('later'))).status).toBe(409);
    await cancel(answer.id);
    const second = await start(sync, keyed('later'));
    expect(second.status).toBe(201);
    await cancel(second.answer.id);
    await app.database.$executeRaw`
      update "RestRequest" set "createdAt" = now() - interval '25 hours'`;
    const third = await start(sync, keyed('later'));
    expect(third.status).toBe(201);
    expect(third.answer.id).not.toBe(second.answer.id);
  });
});

describe('starting many runs', () => {
  const many = (names: readonly string[], ifLive?: string) =>
    call('post', '/runs', {
      body: { runs: names.map((sync) => ({ sync })), ...(ifLive && { ifLive }) },
    });

  it('starts all of them, in their order', async () => {
    const names = [fresh(), fresh(), fresh()].toReversed();
    const { status, answer } = await many(names);
    expect(status).toBe(201);
    expect(answer.runs.map(({ sync }) => sync)).toEqual(names);
  });

  it('starts none when one can not be, and says which', async () => {
    const [free, busy] = [fresh(), fresh()];
    const live = await start(busy);
    const refused = await many([free, busy, 'nosuch']);
    expect(refused).toMatchObject({ status: 409, answer: { code: 'run.some_refused' } });
    expect(refused.answer.errors.map(({ pointer, code }) => [pointer, code]).toSorted()).toEqual([
      ['#/runs/1', 'run.already_live'],
      ['#/runs/2', 'sync.not_found'],
    ]);
    expect(await runsOf(free)).toBe(0);
    const joined = await many([free, busy], 'join');
    expect(joined.status).toBe(201);
    expect(joined.answer.runs[1]?.id).toBe(live.answer.id);
  });

  it('answers all who ask for the same ones at once', async () => {
    const names = [fresh(), fresh(), fresh(), fresh()];
    const asked = await Promise.all([
      many(names, 'join'),
      many(names.toReversed(), 'join'),
      start(names[3] ?? '', { body: { ifLive: 'join' } }),
      many(names, 'join'),
    ]);
    for (const { status } of asked) expect([200, 201]).toContain(status);
    for (const name of names) expect(await runsOf(name)).toBe(1);
  });
});

describe('waiting for a run', () => {
  it('is answered when the run ends', async () => {
    const { answer } = await start(fresh());
    const waiting = call('get', `/runs/${answer.id}?wait=50`);
    await cancel(answer.id);
    expect((await waiting).answer).toMatchObject({ state: 'cancelled', isOver: true });
  });

  it('is answered at once without a wait, and when it is over', async () => {
    const { answer } = await start(fresh());
    expect((await call('get', `/runs/${answer.id}`)).answer).toMatchObject({ state: 'queued' });
    await cancel(answer.id);
    expect((await call('get', `/runs/${answer.id}?wait=50`)).answer.isOver).toBe(true);
  });
});

it('shows no run of another workspace', async () => {
  const { answer } = await start(fresh());
  for (const id of [answer.id, 'no id', randomUUID()]) {
    expect((await call('get', `/runs/${id}?wait=50`, { as: other })).status).toBe(404);
    expect((await call('post', `/runs/${id}/cancel`, { as: other })).status).toBe(404);
  }
});

it('waits no longer once the process drains', async () => {
  const { answer } = await start(fresh());
  const waiting = call('get', `/runs/${answer.id}?wait=50`);
  app.app.get(Drain).begin();
  expect((await waiting).answer).toMatchObject({ state: 'queued', isOver: false });
});
