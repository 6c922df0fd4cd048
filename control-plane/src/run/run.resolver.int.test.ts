import { randomUUID } from 'node:crypto';
import { FailureKind, Phase, SyncOutcome } from '@drawbridge/proto';
import { createClient, type Client } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { FakeAgent } from '../testing/fake-agent.js';
import { codesOf, openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import type { Run } from './run.model.js';

let app: TestApp;
let workspace: Workspace;
let agents: FakeAgent[];
let client: Client;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'), { heartbeatMs: 1_000 });
});
afterAll(() => app.close());
beforeEach(async () => {
  workspace = await app.makeWorkspace(`w-${randomUUID()}`);
  agents = [];
  client = clientOf(workspace);
  return async () => {
    await client.dispose();
    for (const agent of agents) agent.vanish();
  };
});

/** As a browser or a script listens. */
const clientOf = ({ apiKey }: Workspace): Client =>
  createClient({
    url: `${app.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: { authorization: `Bearer ${apiKey}` } });
      }
    },
    retryAttempts: 0,
  });

async function apply(syncs: number): Promise<void> {
  const { data } = await app.ask<{ applyConfiguration: { applied: boolean } }>(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files: [{ path: 'test.yaml', text: yamlOfSyncs(syncs) }] } },
  );
  expect(data?.applyConfiguration.applied).toBe(true);
}

const start = (sync: string, as = workspace) =>
  app.ask<{ startRun: { run: Run } }>(
    as,
    `mutation ($input: StartRunInput!) { startRun(input: $input) { run { id sync state dryRun trigger } } }`,
    { input: { sync, dryRun: true } },
  );

async function online(): Promise<FakeAgent> {
  const agent = await FakeAgent.connect(app.url);
  agents.push(agent);
  await agent.enroll(await app.makeToken(workspace));
  await agent.welcome();
  agent.beat(4);
  return agent;
}

describe('a run through the API', () => {
  it('is started, listed with its sync, shown and cancelled', async () => {
    await apply(2);
    const { data } = await start('sync-1');
    const { id } = data!.startRun.run;
    expect(data!.startRun.run).toEqual({
      id,
      sync: 'sync-1',
      state: 'queued',
      dryRun: true,
      trigger: 'api',
    });
    const listed = await app.ask(
      workspace,
      `{ syncs(first: 5) { pageInfo { hasNextPage } edges { node { name mode version model { name source primaryKey table }
          destination { name type pool } key { field column } fields { field kind text nulls } schedule { manual cron }
          lastRun { id state } runs(first: 1) { edges { node { id } } } } } }
        run(id: "${id}") { id failure { code } errors { code } counts { sent } phases { queryMs } baseline { key } planned } }`,
    );
    expect(listed).toMatchObject({
      data: {
        syncs: {
          pageInfo: { hasNextPage: false },
          edges: [
            { node: { name: 'sync-0', lastRun: null, runs: { edges: [] } } },
            {
              node: {
                name: 'sync-1',
                mode: 'upsert',
                model: { name: 'people', source: 'warehouse', primaryKey: ['id'] },
                key: [{ field: 'id', column: 'id' }],
                fields: [{ field: 'name', kind: 'column', text: 'name', nulls: 'send' }],
                schedule: { manual: true, cron: null },
                lastRun: { id, state: 'queued' },
                runs: { edges: [{ node: { id } }] },
              },
            },
          ],
        },
        run: { id, failure: null, errors: [], counts: { sent: 0 }, baseline: null },
      },
    });
    const cancelled = await app.ask(
      workspace,
      `mutation { cancelRun(input: { id: "${id}" }) { run { state finishedAt } } }`,
    );
    expect(cancelled).toMatchObject({ data: { cancelRun: { run: { state: 'cancelled' } } } });
  });

  it('is refused with a code', async () => {
    await apply(1);
    await start('sync-0');
    expect(codesOf(await start('sync-0'))).toEqual(['run.already_live']);
    expect(codesOf(await start('nosuch'))).toEqual(['sync.not_found']);
    const cancel = `mutation { cancelRun(input: { id: "${randomUUID()}" }) { run { id } } }`;
    expect(codesOf(await app.ask(workspace, cancel))).toEqual(['run.not_found']);
    const both = `mutation { startRun(input: { sync: "sync-0", full: true, rebaseline: true }) { run { id } } }`;
    expect(codesOf(await app.ask(workspace, both))).toEqual(['run.options_conflict']);
    expect(codesOf(await app.ask(workspace, '{ runs(first: 1000) { edges { cursor } } }'))).toEqual(
      ['page.bad_size'],
    );
  });

  it('is nowhere to be found from another workspace', async () => {
    await apply(1);
    const { data } = await start('sync-0');
    const { id } = data!.startRun.run;
    const stranger = await app.makeWorkspace(`w-${randomUUID()}`);
    const seen = await app.ask(
      stranger,
      `{ run(id: "${id}") { id } runs { edges { cursor } } sync(name: "sync-0") { id } sources { edges { cursor } }
         models { edges { cursor } } destinations { edges { cursor } } configuration { path } }`,
    );
    expect(seen.data).toEqual({
      run: null,
      runs: { edges: [] },
      sync: null,
      sources: { edges: [] },
      models: { edges: [] },
      destinations: { edges: [] },
      configuration: [],
    });
    const cancel = `mutation { cancelRun(input: { id: "${id}" }) { run { id } } }`;
    expect(codesOf(await app.ask(stranger, cancel))).toEqual(['run.not_found']);
    expect(codesOf(await start('sync-0', stranger))).toEqual(['sync.not_found']);
  });
});

describe('runUpdated', () => {
  it('tells how a run goes, with advice from the catalog, and completes with its end', async () => {
    await apply(1);
    const agent = await online();
    const advice = [
      { code: 'destination.rejected', title: 'A row exists', advice: 'Map the key.' },
    ];
    agent.say({ case: 'catalog', value: { advice } }, 1n);
    await agent.acknowledged(1n);
    const { data } = await start('sync-0');
    const updates = client.iterate<{ runUpdated: Run }>({
      query: `subscription ($id: ID!) { runUpdated(id: $id) {
        state phase counts { sent } errors { code title advice } } }`,
      variables: { id: data!.startRun.run.id },
    });
    /** The first update that is as wanted; the last one when there is none. */
    const seen = async (wanted: (run: Run) => boolean = () => false): Promise<Run | undefined> => {
      let last: Run | undefined;
      for (;;) {
        const { value, done } = await updates.next();
        if (done) return last;
        last = (value as { data: { runUpdated: Run } }).data.runUpdated;
        if (wanted(last)) return last;
      }
    };
    const { lease } = await agent.next('offer');
    agent.say({ case: 'accepted', value: { lease: lease! } }, 2n);
    await agent.acknowledged(2n);
    const counts = { added: 2n, queried: 2n, sent: 1n };
    agent.say({
      case: 'progress',
      value: { lease: lease!, phase: Phase.DELIVER, counts: { ...counts, pending: 1n } },
    });
    const delivering = await seen(({ phase }) => phase === 'deliver');
    expect(delivering).toMatchObject({ state: 'running', counts: { sent: 1 } });
    agent.say(
      {
        case: 'finished',
        value: {
          lease: lease!,
          result: {
            case: 'syncReport',
            value: {
              outcome: SyncOutcome.COMPLETED_WITH_ERRORS,
              counts: { ...counts, rejected: 1n },
              phases: {},
              errors: [
                {
                  failure: { kind: FailureKind.REJECTED, code: 'destination.rejected' },
                  count: 1n,
                },
              ],
            },
          },
        },
      },
      3n,
    );
    expect(await seen()).toEqual({
      state: 'completed_with_errors',
      phase: 'deliver',
      counts: { sent: 1 },
      errors: [{ code: 'destination.rejected', title: 'A row exists', advice: 'Map the key.' }],
    });
  });

  it('refuses a run of another workspace', async () => {
    await apply(1);
    const { data } = await start('sync-0');
    const stranger = clientOf(await app.makeWorkspace(`w-${randomUUID()}`));
    const query = `subscription { runUpdated(id: "${data!.startRun.run.id}") { id } }`;
    const answers: unknown[] = [];
    try {
      for await (const answer of stranger.iterate({ query })) answers.push(answer);
    } catch (error) {
      answers.push(error);
    }
    expect(JSON.stringify(answers)).toContain('There is no such run.');
    await stranger.dispose();
  });
});

describe('checkConnection', () => {
  it('has an agent connect and says what it found', async () => {
    await apply(1);
    const agent = await online();
    const answer = app.ask(
      workspace,
      'mutation { checkConnection(input: { source: "warehouse" }) { ok failure { code vendorCode } } }',
    );
    const { lease, work } = await agent.next('offer');
    expect(work.case).toBe('checkConnection');
    const failure = { kind: FailureKind.CONFIG, code: 'source.auth_failed', vendorCode: '28P01' };
    agent.say(
      {
        case: 'finished',
        value: { lease: lease!, result: { case: 'connectionReport', value: { failure } } },
      },
      1n,
    );
    expect(await answer).toEqual({
      data: {
        checkConnection: {
          ok: false,
          failure: { code: 'source.auth_failed', vendorCode: '28P01' },
        },
      },
    });
  });
});
