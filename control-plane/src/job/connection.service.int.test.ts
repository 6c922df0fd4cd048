import { ConnectionReportSchema, create, FailureKind, FailureSchema } from '@drawbridge/proto';
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
  const { database, noticeBoard, config } = ground;
  const lookup = new ConnectionLookup(
    new SourceService(database),
    new DestinationService(database),
    database,
    config,
  );
  const advice = new RunAdviceService(makeCatalog());
  connections = new ConnectionService(database, lookup, noticeBoard, advice, clock);
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
