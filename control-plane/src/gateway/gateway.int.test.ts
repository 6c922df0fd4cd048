import { randomUUID } from 'node:crypto';
import { FailureKind, maxFrameBytes } from '@drawbridge/proto';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { yamlOfSyncs } from '../job/testing/ground.js';
import { Notices } from '../database/notices.js';
import { FakeAgent, FakeIdentity } from '../testing/fake-agent.js';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';

/** Polling looks often; only a busy machine needs all of it. */
const patience = { timeout: 10_000 };

let app: TestApp;
let workspace: Workspace;
let agents: FakeAgent[];

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
  return () => app.close();
});

beforeEach(async () => {
  workspace = await app.makeWorkspace(`w-${randomUUID()}`);
  agents = [];
  return () => {
    for (const agent of agents) agent.vanish();
  };
});

/** An agent of the workspace that has just enrolled and not said hello. */
async function enrolled(): Promise<FakeAgent> {
  const agent = await connect();
  await agent.enroll(await app.makeToken(workspace));
  return agent;
}

async function connect(identity?: FakeIdentity, bootId?: string): Promise<FakeAgent> {
  const agent = await FakeAgent.connect(app.url, identity, bootId);
  agents.push(agent);
  return agent;
}

/** Welcomed, and all of its slots are free. */
async function live({ slots = 4 } = {}): Promise<FakeAgent> {
  const agent = await enrolled();
  await agent.welcome({ slots });
  agent.beat(slots);
  await agent.next('heartbeatAnswer');
  return agent;
}

const row = (agent: FakeAgent) =>
  app.database.agent.findUniqueOrThrow({ where: { id: agent.identity.agentId } });

async function apply(syncs: number): Promise<void> {
  const files = [{ path: 'test.yaml', text: yamlOfSyncs(syncs) }];
  const { data } = await app.ask<{ applyConfiguration: { applied: boolean } }>(
    workspace,
    'mutation ($input: ApplyConfigurationInput!) { applyConfiguration(input: $input) { applied } }',
    { input: { files } },
  );
  expect(data?.applyConfiguration.applied).toBe(true);
}

async function startRun(sync: string): Promise<string> {
  const { data } = await app.ask<{ startRun: { run: { id: string } } }>(
    workspace,
    'mutation ($sync: String!) { startRun(input: { sync: $sync }) { run { id } } }',
    { sync },
  );
  return data!.startRun.run.id;
}

async function runState(id: string): Promise<string> {
  return (await app.database.run.findUniqueOrThrow({ where: { id } })).state;
}

const failed = (lease: { jobId: string; epoch: bigint }) => ({
  case: 'finished' as const,
  value: {
    lease,
    result: {
      case: 'failure' as const,
      value: { kind: FailureKind.CONFIG, code: 'source.auth_failed' },
    },
  },
});

test('an agent enrols, greets and is online until it leaves', async () => {
  const agent = await live({ slots: 3 });
  const online = '{ agents { edges { node { id pool online slots freeSlots version } } } }';
  expect((await app.ask(workspace, online)).data).toEqual({
    agents: {
      edges: [
        {
          node: {
            id: agent.identity.agentId,
            pool: 'default',
            online: true,
            slots: 3,
            freeSlots: 3,
            version: '1.0.0',
          },
        },
      ],
    },
  });
  await agent.close();
  await expect.poll(async () => (await row(agent)).sessionId, patience).toBeNull();
});

test('a token enrols one key, however many show it at once', async () => {
  const token = await app.makeToken(workspace);
  const strangers = await Promise.all(Array.from({ length: 20 }, () => connect()));
  const outcomes = await Promise.allSettled(strangers.map((agent) => agent.enroll(token)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const reasons = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [(outcome.reason as Error).message] : [],
  );
  expect(new Set(reasons)).toEqual(new Set(['Instead of enrolled: session.token_spent']));
  expect(await app.database.agent.count({ where: { workspaceId: workspace.id } })).toBe(1);
});

test('the same key may show its token again, when it never heard the answer', async () => {
  const token = await app.makeToken(workspace);
  const first = await connect();
  const agentId = await first.enroll(token);
  first.vanish();
  const again = await connect(first.identity);
  expect(await again.enroll(token)).toBe(agentId);
});

test.each([
  ['nobody made', 'session.bad_token', `dbe_${'A'.repeat(43)}`],
  ['that is too old', 'session.token_expired', undefined],
])('a token %s enrols nobody', async (_what, code, made) => {
  const token = made ?? (await app.makeToken(workspace));
  await app.database
    .$executeRaw`update "EnrollmentToken" set "expiresAt" = now() where "workspaceId" = ${workspace.id}::uuid`;
  const agent = await connect();
  await expect(agent.enroll(token)).rejects.toThrow(code);
});

test('a signature over the nonce of another connection is refused', async () => {
  const first = await enrolled();
  const nonce = first.nonce;
  await first.welcome();
  const replay = await connect(first.identity);
  replay.hello({ nonce });
  expect(await replay.problem()).toEqual({ code: 'session.bad_signature', retryable: false });
});

test('an unknown agent, a wrong key and an unknown protocol are told so', async () => {
  const stranger = await connect();
  stranger.identity.agentId = randomUUID();
  stranger.hello();
  expect((await stranger.problem()).code).toBe('session.unknown_agent');

  const known = await enrolled();
  const impostor = await connect();
  impostor.identity.agentId = known.identity.agentId;
  impostor.hello();
  expect((await impostor.problem()).code).toBe('session.bad_signature');

  known.hello({ protocolVersion: 99 });
  expect(await known.problem()).toMatchObject({ retryable: false });
});

test('a revoked agent is thrown out within 5 seconds, and stays out', async () => {
  const agent = await live();
  const began = performance.now();
  await app.ask(
    workspace,
    'mutation ($id: ID!) { revokeAgent(input: { id: $id }) { agent { id } } }',
    {
      id: agent.identity.agentId,
    },
  );
  expect(await agent.problem()).toEqual({ code: 'session.revoked', retryable: false });
  expect(performance.now() - began).toBeLessThan(5_000);
  const again = await connect(agent.identity);
  again.hello();
  expect((await again.problem()).code).toBe('session.revoked');
});

test('also when no notice tells of it', async () => {
  const agent = await live();
  await app.database.agent.update({
    where: { id: agent.identity.agentId },
    data: { revokedAt: new Date() },
  });
  const began = performance.now();
  expect((await agent.problem()).code).toBe('session.revoked');
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a newer connection of the same agent takes over', async () => {
  const older = await live();
  const newer = await connect(older.identity, older.bootId);
  await newer.welcome();
  expect(await older.problem()).toEqual({ code: 'session.reconnected', retryable: true });
  newer.beat(4);
  await newer.next('heartbeatAnswer');
  expect((await row(newer)).sessionId).not.toBeNull();
});

test('a second process with one identity ends the first for good', async () => {
  const first = await live();
  const second = await connect(first.identity);
  await second.welcome();
  expect(await first.problem()).toEqual({ code: 'session.replaced', retryable: false });
});

test('a job is offered, accepted and finished; each frame counts once', async () => {
  await apply(1);
  const agent = await live({ slots: 1 });
  const runId = await startRun('sync-0');
  const offer = await agent.next('offer');
  expect(offer.work).toMatchObject({ case: 'runSync', value: { runId } });
  const lease = { jobId: offer.lease!.jobId, epoch: offer.lease!.epoch };
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  await agent.acknowledged(1n);
  expect(await runState(runId)).toBe('running');
  agent.say(failed(lease), 2n);
  agent.say(failed(lease), 2n);
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  await agent.acknowledged(2n);
  expect(await runState(runId)).toBe('failed');
  expect((await row(agent)).appliedSeq).toBe(2n);
});

test('what was not acknowledged is said again after a reconnect, and counts once', async () => {
  await apply(1);
  const agent = await live();
  const runId = await startRun('sync-0');
  const offer = await agent.next('offer');
  const lease = { jobId: offer.lease!.jobId, epoch: offer.lease!.epoch };
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  await agent.acknowledged(1n);
  agent.vanish();

  const again = await connect(agent.identity, agent.bootId);
  expect((await again.welcome()).ack).toBe(1n);
  again.say({ case: 'accepted', value: { lease } }, 1n);
  again.say(failed(lease), 2n);
  await again.acknowledged(2n);
  expect(await runState(runId)).toBe('failed');
});

test('an offer that was never answered is said again after a reconnect', async () => {
  await apply(1);
  const agent = await live();
  await startRun('sync-0');
  const offer = await agent.next('offer');
  agent.vanish();
  const again = await connect(agent.identity, agent.bootId);
  await again.welcome();
  expect((await again.next('offer')).lease).toEqual(offer.lease);
});

test('no more is offered than there is room for', async () => {
  await apply(5);
  for (let n = 0; n < 5; n += 1) await startRun(`sync-${n}`);
  const agent = await live({ slots: 2 });
  const leases = [];
  for (let n = 0; n < 2; n += 1) {
    const { lease } = await agent.next('offer');
    leases.push({ jobId: lease!.jobId, epoch: lease!.epoch });
  }
  agent.beat(0, leases);
  await agent.next('heartbeatAnswer');
  const { id } = await row(agent);
  expect(await app.database.job.count({ where: { agentId: id, state: 'leased' } })).toBe(2);
  agent.say({ case: 'accepted', value: { lease: leases[0]! } }, 1n);
  agent.say(failed(leases[0]!), 2n);
  agent.beat(1, [leases[1]!]);
  await agent.next('offer');
  expect(await app.database.job.count({ where: { agentId: id, state: 'leased' } })).toBe(2);
});

test('a job that an agent has no room for goes to another', async () => {
  await apply(1);
  const [full, free] = [await live({ slots: 1 }), await enrolled()];
  const runId = await startRun('sync-0');
  const { lease } = await full.next('offer');
  const failure = { kind: FailureKind.TRANSIENT, code: 'job.no_room' };
  full.say({ case: 'refused', value: { lease: lease!, failure } }, 1n);
  await full.acknowledged(1n);
  await free.welcome();
  free.beat(1);
  const again = await free.next('offer');
  expect(again.work).toMatchObject({ case: 'runSync', value: { runId } });
  expect(again.lease!.epoch).toBe(lease!.epoch + 1n);
});

test('a job that no frame can hold ends with a code, and is not offered again and again', async () => {
  const agent = await live({ slots: 2 });
  const { poolId } = await row(agent);
  const settings = { host: 'x'.repeat(maxFrameBytes) };
  const entry = { type: 'postgres', pool: 'default', settings, secrets: {} };
  const job = await app.database.job.create({
    data: {
      workspaceId: workspace.id,
      poolId,
      kind: 'check_connection',
      request: { kind: 'source', name: 'huge', entry },
    },
  });
  agent.beat(2);
  await app.app.get(Notices, { strict: false }).publish({ kind: 'job_queued', poolId });
  const jobNow = () => app.database.job.findUniqueOrThrow({ where: { id: job.id } });
  await expect.poll(async () => (await jobNow()).state, patience).toBe('finished');
  expect((await jobNow()).result).toMatchObject({ failure: { code: 'job.not_offerable' } });
  expect((await jobNow()).deliveries).toBe(1);
});

test('a run that is cancelled is cancelled at the agent', async () => {
  await apply(1);
  const agent = await live();
  const runId = await startRun('sync-0');
  const offer = await agent.next('offer');
  const lease = { jobId: offer.lease!.jobId, epoch: offer.lease!.epoch };
  agent.say({ case: 'accepted', value: { lease } }, 1n);
  await agent.acknowledged(1n);
  await app.ask(workspace, 'mutation ($id: ID!) { cancelRun(input: { id: $id }) { run { id } } }', {
    id: runId,
  });
  expect((await agent.next('cancel')).lease).toMatchObject(lease);
});

test('a heartbeat renews what is held and tells what is not', async () => {
  await apply(1);
  const agent = await live();
  await startRun('sync-0');
  const offer = await agent.next('offer');
  const held = { jobId: offer.lease!.jobId, epoch: offer.lease!.epoch };
  const lost = { jobId: randomUUID(), epoch: 7n };
  agent.beat(3, [held, lost], 9n);
  const { number, leases } = await agent.next('heartbeatAnswer');
  expect(number).toBe(9n);
  expect(leases.map(({ standing }) => standing)).toEqual([1, 3]);
});

test('after a goodbye nothing is offered', async () => {
  await apply(1);
  const agent = await live();
  agent.say({ case: 'goodbye', value: {} });
  agent.beat(4);
  await agent.next('heartbeatAnswer');
  const runId = await startRun('sync-0');
  const other = await live();
  await other.next('offer');
  expect((await app.database.run.findUniqueOrThrow({ where: { id: runId } })).agentId).toBe(
    other.identity.agentId,
  );
});

test('a gap in the numbers ends the line', async () => {
  const agent = await live();
  agent.say({ case: 'catalog', value: {} }, 2n);
  expect(await agent.problem()).toEqual({ code: 'session.gap', retryable: true });
  expect((await row(agent)).appliedSeq).toBe(0n);
});

test('whoever is no stranger any more does not introduce himself again', async () => {
  const impatient = await connect();
  impatient.beat(1);
  expect(await impatient.problem()).toEqual({ code: 'session.unexpected_frame', retryable: false });
  const twice = await live();
  twice.hello();
  expect((await twice.problem()).code).toBe('session.unexpected_frame');
});

test('numbers are for what must not be lost, and for nothing else', async () => {
  const one = await live();
  one.say({ case: 'catalog', value: {} });
  expect((await one.problem()).code).toBe('frame.bad_number');
  const other = await live();
  other.say({ case: 'heartbeat', value: { number: 1n } }, 1n);
  expect((await other.problem()).code).toBe('frame.bad_number');
});

test.each([
  ['text', 'hello', 'frame.malformed'],
  ['no frame at all', new Uint8Array([255, 255, 255]), 'frame.malformed'],
  ['an empty frame', new Uint8Array(), 'frame.no_body'],
])('%s ends the line', async (_what, bytes, code) => {
  const agent = await live();
  agent.sayBytes(bytes);
  expect((await agent.problem()).code).toBe(code);
});

test('a frame larger than the wire allows ends the line', async () => {
  const agent = await live();
  agent.sayBytes(new Uint8Array(maxFrameBytes + 1));
  expect(await agent.closed()).toBe(1009);
  await expect.poll(async () => (await row(agent)).sessionId, patience).toBeNull();
});

test('other paths are no way in', async () => {
  await expect(FakeAgent.connect(`${app.url}/elsewhere`)).rejects.toThrow('socket hang up');
});

test('the log has ids and codes, and nothing that an agent says', async () => {
  const agent = await live();
  agent.say({ case: 'catalog', value: {} }, 2n);
  await agent.problem();
  const lines = app.log.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { agentId } = agent.identity;
  expect(lines).toContainEqual(expect.objectContaining({ agentId, msg: 'An agent came' }));
  await expect
    .poll(() => app.log.filter((line) => line.includes(agentId)).join(''), patience)
    .toContain('"code":"session.gap"');
  const text = app.log.join('');
  expect(text).not.toMatch(/dbe_|dbk_|source\.auth_failed|postgresql:/);
});
