import {
  ConnectionReportSchema,
  create,
  DiscoveredKind,
  DiscoverySchema,
  FailureKind,
  FailureSchema,
  type MessageInitShape,
} from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { DestinationService } from '../destination/destination.service.js';
import { RunAdviceService } from '../run/run-advice.service.js';
import { SourceService } from '../source/source.service.js';
import { ConnectionLookup } from './connection-lookup.js';
import { ConnectionService } from './connection.service.js';
import { makeCatalog, only, openGround, yamlOfSyncs, type Ground } from './testing/ground.js';
import { ManualClock } from './testing/manual-clock.js';

let ground: Ground;
let clock: ManualClock;
let connections: ConnectionService;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  clock = new ManualClock();
  const { tenancy, noticeBoard, config } = ground;
  const lookup = new ConnectionLookup(
    new SourceService(tenancy),
    new DestinationService(tenancy),
    tenancy,
    config,
  );
  const advice = new RunAdviceService(makeCatalog());
  connections = new ConnectionService(tenancy, lookup, noticeBoard, advice, clock);
  await ground.apply(yamlOfSyncs(1));
});
afterEach(() => ground.close());

async function makeOnlineAgent() {
  const agent = await ground.makeAgent();
  await ground.database.$executeRaw`
    update "Agent" set "sessionId" = gen_random_uuid(), "lastSeenAt" = now() where id = ${agent.id}::uuid`;
  return agent;
}

it('asks an agent of the pool and gives its answer', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.check(ground.caller, { source: 'warehouse' });
  await clock.sleeping();
  const job = only(await ground.jobs.claim(agent, 1));
  expect(job.work).toMatchObject({
    case: 'checkConnection',
    value: {
      connection: {
        case: 'source',
        value: { name: 'warehouse', type: 'postgres', secrets: [{ reference: 'env:WAREHOUSE' }] },
      },
    },
  });
  await report(agent.id, job, undefined);
  clock.pass(200);
  expect(await answer).toEqual({ ok: true, failure: null });
});

it('gives the failure that the agent found', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.check(ground.caller, { destination: 'app' });
  await clock.sleeping();
  const job = only(await ground.jobs.claim(agent, 1));
  const failure = { kind: FailureKind.CONFIG, code: 'source.auth_failed', vendorCode: '28P01' };
  await report(agent.id, job, create(FailureSchema, failure));
  clock.pass(200);
  expect(await answer).toMatchObject({
    ok: false,
    failure: { code: 'source.auth_failed', vendorCode: '28P01', count: 1 },
  });
});

it('asks what is inside, gives the names on and keeps none', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.discover(ground.caller, { source: 'warehouse', path: ['marts'] });
  await clock.sleeping();
  const job = only(await ground.jobs.claim(agent, 1));
  expect(job.work).toMatchObject({
    case: 'discover',
    value: {
      connection: { case: 'source', value: { name: 'warehouse', type: 'postgres' } },
      path: ['marts'],
    },
  });
  await finishDiscovery(agent.id, job, {
    entries: [
      { name: 'person', kind: DiscoveredKind.TABLE },
      { name: 'id', label: 'Id', kind: DiscoveredKind.COLUMN, type: 'bigint', isKey: true },
    ],
    isCutOff: true,
  });
  clock.pass(200);
  expect(await answer).toEqual({
    entries: [
      { name: 'person', label: null, kind: 'table', type: null, isRequired: false, isKey: false },
      { name: 'id', label: 'Id', kind: 'column', type: 'bigint', isRequired: false, isKey: true },
    ],
    isCutOff: true,
    failure: null,
  });
  expect(await ground.database.discovery.count()).toBe(0);
});

it('says why an agent can not tell', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.discover(ground.caller, { destination: 'app', path: [] });
  await clock.sleeping();
  const job = only(await ground.jobs.claim(agent, 1));
  const failure = { kind: FailureKind.CONFIG, code: 'discovery.off' };
  await ground.database.$transaction((tx) =>
    ground.jobs.refuse(tx, agent.id, job, create(FailureSchema, failure)),
  );
  clock.pass(200);
  expect(await answer).toMatchObject({
    entries: [],
    isCutOff: false,
    failure: { code: 'discovery.off' },
  });
});

it('forgets names that nobody came to read', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.discover(ground.caller, { source: 'warehouse', path: [] });
  const refused = answer.catch((error: unknown) => error);
  await clock.sleeping();
  const job = only(await ground.jobs.claim(agent, 1));
  clock.pass(18_000);
  expect(await refused).toMatchObject({ code: 'connection.no_answer' });
  // Too late: the job was taken back.
  await finishDiscovery(agent.id, job, { entries: [{ name: 'x', kind: DiscoveredKind.TABLE }] });
  expect(await ground.database.discovery.count()).toBe(0);
  // As a process leaves them that ends between answer and question.
  await ground.database.$executeRaw`
    insert into "Discovery" ("jobId", found, "createdAt")
    values (${job.jobId}::uuid, '{}', now() - interval '61 seconds')`;
  await ground.jobs.rescue();
  expect(await ground.database.discovery.count()).toBe(0);
});

it.each([[Array<string>(11).fill('a')], [['']], [['a'.repeat(1001)]]])(
  'asks for no path that the wire has no room for',
  async (path) => {
    await makeOnlineAgent();
    await expect(
      connections.discover(ground.caller, { source: 'warehouse', path }),
    ).rejects.toMatchObject({ code: 'connection.bad_path' });
  },
);

it('takes its question back when nobody answers in time', async () => {
  const agent = await makeOnlineAgent();
  const answer = connections.check(ground.caller, { source: 'warehouse' });
  const refused = answer.catch((error: unknown) => error);
  await clock.sleeping();
  clock.pass(30_000);
  expect(await refused).toMatchObject({ code: 'connection.no_answer' });
  expect(await ground.jobs.claim(agent, 1)).toEqual([]);
});

it('does not wait for an agent that is not there', async () => {
  const check = (input: object) => connections.check(ground.caller, input);
  await ground.makeAgent();
  await expect(check({ source: 'warehouse' })).rejects.toMatchObject({
    code: 'connection.no_agent',
  });
  await expect(check({ source: 'nosuch' })).rejects.toMatchObject({ code: 'source.not_found' });
  await expect(check({ destination: 'nosuch' })).rejects.toMatchObject({
    code: 'destination.not_found',
  });
  for (const input of [{}, { source: 'warehouse', destination: 'app' }])
    await expect(check(input)).rejects.toMatchObject({ code: 'connection.ambiguous' });
});

async function report(
  agentId: string,
  job: { jobId: string; epoch: bigint },
  failure: ReturnType<typeof create<typeof FailureSchema>> | undefined,
): Promise<void> {
  const value = create(ConnectionReportSchema, { durationMs: 12, ...(failure && { failure }) });
  await ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agentId, job, { case: 'connectionReport', value }),
  );
}

async function finishDiscovery(
  agentId: string,
  job: { jobId: string; epoch: bigint },
  init: MessageInitShape<typeof DiscoverySchema>,
): Promise<void> {
  const value = create(DiscoverySchema, init);
  await ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agentId, job, { case: 'discovery', value }),
  );
}
