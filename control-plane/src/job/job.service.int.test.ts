import {
  create,
  Phase,
  ProgressSchema,
  FailureSchema,
  FailureKind,
  SyncOutcome,
  SyncReportSchema,
  type Finished,
} from '@drawbridge/proto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ordinary } from '../run/run-options.js';
import type { LeaseKey } from './lease.js';
import { only, openGround, yamlOfSyncs, type Agent, type Ground } from './testing/ground.js';
import type { LeasedJob } from './work.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const succeeded = (sent: bigint): Finished['result'] => ({
  case: 'syncReport',
  value: create(SyncReportSchema, {
    outcome: SyncOutcome.SUCCEEDED,
    counts: { queried: sent, added: sent, sent },
    phases: { deliverMs: 12n },
    baseline: { generation: 1n, key: 'v1/manifest.json', sha256: 'ab'.repeat(32), rows: sent },
    agentPeakBytes: 1_000n,
  }),
});
const failure = (kind: FailureKind, code: string, retryAfterMs = 0) =>
  create(FailureSchema, { kind, code, retryAfterMs });

const finish = (agentId: string, job: LeasedJob, result: Finished['result']) =>
  ground.database.$transaction((tx) => ground.jobs.finish(tx, agentId, job, result));
const accept = (agentId: string, job: LeasedJob) =>
  ground.database.$transaction((tx) => ground.jobs.accept(tx, agentId, job));
const refuse = (agentId: string, job: LeasedJob, why: ReturnType<typeof failure>) =>
  ground.database.$transaction((tx) => ground.jobs.refuse(tx, agentId, job, why));

describe('a canary', () => {
  const ended = async (options: object, report: object, state = SyncOutcome.SUCCEEDED) => {
    await ground.apply(yamlOfSyncs(1));
    const id = await ground.runs.start(ground.caller, 'sync-0', { ...ordinary, ...options });
    const agent = await ground.makeAgent();
    const job = only(await ground.jobs.claim(agent, 1));
    await accept(agent.id, job);
    const value = create(SyncReportSchema, { outcome: state, counts: report });
    await finish(agent.id, job, { case: 'syncReport', value });
    expect(await ground.show(id)).toMatchObject({ finishedAt: expect.any(Date) });
    const { pausedAt } = await ground.database.sync.findFirstOrThrow();
    return pausedAt !== null;
  };

  it.each([
    ['that leaves rows', { canary: 5 }, { sent: 5n, pending: 3n }, SyncOutcome.SUCCEEDED, true],
    ['that fails', { canary: 5 }, { sent: 2n }, SyncOutcome.FAILED, true],
    ['that is cancelled', { canary: 5 }, {}, SyncOutcome.CANCELLED, true],
    ['that came to every row', { canary: 5 }, { sent: 5n }, SyncOutcome.SUCCEEDED, false],
    [
      'that is a dry run',
      { canary: 5, dryRun: true },
      { pending: 3n },
      SyncOutcome.SUCCEEDED,
      false,
    ],
    ['that is none', {}, { sent: 2n }, SyncOutcome.FAILED, false],
  ])('%s: its sync is paused or not', async (_, options, report, state, isPaused) => {
    expect(await ended(options, report, state)).toBe(isPaused);
  });
});

describe('a run from its start to its end', () => {
  it('goes from the queue to an agent and ends with what the agent reports', async () => {
    await ground.apply(yamlOfSyncs(1));
    const agent = await ground.makeAgent();
    const id = await ground.start('sync-0');
    expect(ground.notices).toContainEqual({ kind: 'job_queued', poolId: ground.poolId });
    expect(await ground.show(id)).toMatchObject({ state: 'queued', trigger: 'api', agent: null });

    const job = only(await ground.jobs.claim(agent, 4));
    expect(job).toMatchObject({ epoch: 1n, work: { case: 'runSync', value: { runId: id } } });
    expect(job.work).toMatchObject({
      value: { spec: { name: 'sync-0', version: 1n, object: 'public.person_0' } },
    });
    expect(await ground.show(id)).toMatchObject({ state: 'leased', agent: agent.id });

    await accept(agent.id, job);
    const running = await ground.show(id);
    expect(running).toMatchObject({ state: 'running', finishedAt: null });
    expect(running.startedAt).toBeInstanceOf(Date);

    await finish(agent.id, job, succeeded(7n));
    expect(await ground.show(id)).toMatchObject({
      state: 'succeeded',
      counts: { queried: 7, added: 7, sent: 7, removed: 0 },
      phases: { deliverMs: 12, queryMs: 0 },
      baseline: { generation: 1, rows: 7 },
      peakBytes: 1_000,
      problems: [],
      problem: null,
    });
    expect(await ground.start('sync-0')).not.toBe(id);
  });

  it('gives each of many claimers its own jobs, and each job once', async () => {
    await ground.apply(yamlOfSyncs(60));
    for (let n = 0; n < 60; n += 1) await ground.start(`sync-${n}`);
    const agents = await Promise.all(Array.from({ length: 20 }, () => ground.makeAgent()));
    const claims = await Promise.all(agents.map((agent) => ground.jobs.claim(agent, 3)));
    const rest = await ground.jobs.claim(agents[0]!, 60);
    const ids = [...claims, rest].flat().map(({ jobId }) => jobId);
    expect(ids).toHaveLength(60);
    expect(new Set(ids).size).toBe(60);
    for (const claim of claims) expect(claim.length).toBeLessThanOrEqual(3);
  });

  it('gives nothing to an agent that was revoked or has no room', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.start('sync-0');
    const agent = await ground.makeAgent();
    expect(await ground.jobs.claim(agent, 0)).toEqual([]);
    await ground.database.agent.update({
      where: { id: agent.id },
      data: { revokedAt: new Date() },
    });
    expect(await ground.jobs.claim(agent, 4)).toEqual([]);
  });
});

describe('a lease', () => {
  it('is renewed for its agent and epoch alone, and not once it ran out', async () => {
    const { agent, job } = await claimed();
    const other = await ground.makeAgent();
    const standing = async (agentId: string, epoch = job.epoch) =>
      (await ground.jobs.renew(agentId, [{ jobId: job.jobId, epoch }]))[0]?.standing;
    expect(await standing(agent.id)).toBe('current');
    expect(await standing(other.id)).toBe('not_current');
    expect(await standing(agent.id, job.epoch + 1n)).toBe('not_current');
    await ground.expireLeases();
    expect(await standing(agent.id)).toBe('not_current');
  });

  it('answers for each lease that was named, in order', async () => {
    await ground.apply(yamlOfSyncs(3));
    const agent = await ground.makeAgent();
    for (let n = 0; n < 3; n += 1) await ground.start(`sync-${n}`);
    const jobs = await ground.jobs.claim(agent, 3);
    await finish(agent.id, jobs[1]!, succeeded(0n));
    const answers = await ground.jobs.renew(agent.id, jobs);
    expect(answers.map(({ jobId }) => jobId)).toEqual(jobs.map(({ jobId }) => jobId));
    expect(answers.map(({ standing }) => standing)).toEqual(['current', 'not_current', 'current']);
    expect(await ground.jobs.renew(agent.id, [])).toEqual([]);
  });

  it('is said again until it is accepted, and counts from then', async () => {
    const { agent, job } = await claimed();
    await ground.database.$executeRaw`update "Job" set "leaseUntil" = now() + interval '1 second'`;
    expect(await ground.jobs.unaccepted(agent.id)).toMatchObject([
      { jobId: job.jobId, epoch: job.epoch, work: job.work },
    ]);
    const [{ left } = { left: 0 }] = await ground.database.$queryRaw<{ left: number }[]>`
      select extract(epoch from "leaseUntil" - now())::float8 as left from "Job"`;
    expect(left).toBeGreaterThan(50);
    await accept(agent.id, job);
    expect(await ground.jobs.unaccepted(agent.id)).toEqual([]);
  });

  it('that ran out goes to the next agent, and the first one is too late', async () => {
    const { agent, job, runId } = await claimed();
    await accept(agent.id, job);
    await ground.jobs.progress(agent.id, progressOf(job, 5n));
    await ground.expireLeases();
    await ground.jobs.rescue();
    expect(await ground.show(runId)).toMatchObject({ state: 'queued', agent: null, phase: null });
    expect((await ground.show(runId)).counts.sent).toBe(0);

    const next = await ground.makeAgent();
    const again = only(await ground.jobs.claim(next, 1));
    expect(again).toMatchObject({ jobId: job.jobId, epoch: 2n });
    await accept(next.id, again);

    await accept(agent.id, job);
    await ground.jobs.progress(agent.id, progressOf(job, 99n));
    await finish(agent.id, job, succeeded(99n));
    await refuse(agent.id, job, failure(FailureKind.CONFIG, 'policy.forbidden'));
    expect(await ground.show(runId)).toMatchObject({ state: 'running', agent: next.id });
    expect((await ground.show(runId)).counts.sent).toBe(0);

    await finish(next.id, again, succeeded(3n));
    await finish(next.id, again, succeeded(4n));
    expect(await ground.show(runId)).toMatchObject({ state: 'succeeded', counts: { sent: 3 } });
  });

  it('that is refused is under the policy file that its agent told of', async () => {
    const { agent, job, runId } = await claimed();
    const policyDigest = 'ef'.repeat(32);
    await ground.database.agent.update({ where: { id: agent.id }, data: { policyDigest } });
    await refuse(agent.id, job, failure(FailureKind.CONFIG, 'policy.host_forbidden'));
    expect(await ground.show(runId)).toMatchObject({ state: 'failed', policyDigest });
  });

  it('still counts when it ran out and nobody else got it', async () => {
    const { agent, job, runId } = await claimed();
    await ground.expireLeases();
    await finish(agent.id, job, succeeded(1n));
    await ground.jobs.rescue();
    expect(await ground.show(runId)).toMatchObject({ state: 'succeeded' });
  });

  it('is given to three more agents, then parked, and the run says who fell silent and when', async () => {
    const { agent, job, runId } = await claimed();
    const agents = [agent];
    for (let delivery = 2; delivery <= 4; delivery += 1) {
      await ground.expireLeases();
      await Promise.all([ground.jobs.rescue(), ground.jobs.rescue()]);
      agents.push(await ground.makeAgent());
      only(await ground.jobs.claim(agents.at(-1)!, 1));
    }
    await ground.expireLeases();
    await ground.jobs.rescue();
    const run = await ground.show(runId);
    expect(run).toMatchObject({
      state: 'parked',
      problem: { code: 'job.parked', vendorCode: '', count: 1, errorId: '' },
      waitingSince: expect.any(Date),
      finishedAt: null,
    });
    expect(run.lapses.map((lapse) => lapse.agent)).toEqual(agents.map(({ id }) => id));
    for (const { leasedAt, lapsedAt } of run.lapses) {
      expect(leasedAt.getTime()).toBeGreaterThanOrEqual(run.createdAt.getTime());
      expect(lapsedAt.getTime()).not.toBeNaN();
    }
    const parked = await ground.database.job.findUniqueOrThrow({ where: { id: job.jobId } });
    expect(parked).toMatchObject({ state: 'parked', deliveries: 4 });
    expect(await ground.jobs.claim(await ground.makeAgent(), 1)).toEqual([]);
    await expect(ground.start('sync-0')).rejects.toMatchObject({
      code: 'run.already_live',
      message: expect.stringContaining('Release it or cancel it'),
    });
  });

  it('is never finished twice, however many agents stall past it', async () => {
    const count = 60;
    await ground.apply(yamlOfSyncs(count));
    for (let n = 0; n < count; n += 1) await ground.start(`sync-${n}`);
    const finishes = new Map<string, number>();
    const agents = await Promise.all(Array.from({ length: 8 }, () => ground.makeAgent()));
    const thief = await ground.makeAgent();
    let [turns, stolen] = [0, 0];
    await Promise.all(
      agents.map(async (agent) => {
        for (;;) {
          const [job] = await ground.jobs.claim(agent, 1);
          if (!job) return;
          // Every twentieth stalls: its lease runs out, another agent gets the job, and then it reports.
          const stalls = (turns += 1) % 20 === 0;
          if (stalls) stolen += await loseLease(job, thief);
          const won = await ground.database.$transaction(async (tx) => {
            // Held from here on, so that it is this very call that takes it out of the queue, or nobody.
            const current = await tx.$queryRaw<object[]>`
              select from "Job" where id = ${job.jobId}::uuid and epoch = ${job.epoch} and state = 'leased' for update`;
            await ground.jobs.finish(tx, agent.id, job, succeeded(BigInt(turns)));
            return (
              current.length - (await tx.job.count({ where: { id: job.jobId, epoch: job.epoch } }))
            );
          });
          if (won > 0) finishes.set(job.jobId, (finishes.get(job.jobId) ?? 0) + 1);
        }
      }),
    );
    expect(stolen).toBeGreaterThan(0);
    expect(finishes.size + stolen).toBe(count);
    expect(new Set(finishes.values())).toEqual(new Set([1]));
    expect(await ground.database.run.count({ where: { state: 'succeeded' } })).toBe(count);
  });
});

describe('a refused job', () => {
  it('goes to another agent at once when there was no room, and that was no delivery', async () => {
    const { agent, job, runId } = await claimed();
    await refuse(agent.id, job, failure(FailureKind.TRANSIENT, 'job.no_room'));
    expect(await ground.show(runId)).toMatchObject({ state: 'queued', agent: null });
    const next = await ground.makeAgent();
    expect(only(await ground.jobs.claim(next, 1))).toMatchObject({ jobId: job.jobId, epoch: 2n });
    const { deliveries } = await ground.database.job.findUniqueOrThrow({
      where: { id: job.jobId },
    });
    expect(deliveries).toBe(1);
  });

  it('waits as long as the agent asked for', async () => {
    const { agent, job } = await claimed();
    await refuse(agent.id, job, failure(FailureKind.TRANSIENT, 'job.draining', 60_000));
    expect(await ground.jobs.claim(agent, 1)).toEqual([]);
  });

  it('fails its run when a person must change something', async () => {
    const { agent, job, runId } = await claimed();
    await refuse(agent.id, job, failure(FailureKind.CONFIG, 'connector.unknown'));
    expect(await ground.show(runId)).toMatchObject({
      state: 'failed',
      problem: { code: 'connector.unknown' },
    });
  });

  it('ends its run when that was to be cancelled', async () => {
    const { agent, job, runId } = await claimed();
    await ground.runs.cancel(ground.caller, runId);
    await refuse(agent.id, job, failure(FailureKind.TRANSIENT, 'job.no_room'));
    expect(await ground.show(runId)).toMatchObject({ state: 'cancelled' });
  });
});

describe('a run whose agent is being stopped', () => {
  const drained: Finished['result'] = {
    case: 'syncReport',
    value: create(SyncReportSchema, {
      outcome: SyncOutcome.CANCELLED,
      failure: { kind: FailureKind.CANCELLED, code: 'job.draining' },
    }),
  };

  it('goes on at another agent', async () => {
    const { agent, job, runId } = await claimed();
    await accept(agent.id, job);
    await finish(agent.id, job, drained);
    expect(await ground.show(runId)).toMatchObject({ state: 'queued', agent: null });
    const again = only(await ground.jobs.claim(await ground.makeAgent(), 1));
    expect(again).toMatchObject({ jobId: job.jobId, epoch: 2n });
  });

  it('ends when it was to be cancelled anyway', async () => {
    const { agent, job, runId } = await claimed();
    await ground.runs.cancel(ground.caller, runId);
    await finish(agent.id, job, drained);
    expect(await ground.show(runId)).toMatchObject({ state: 'cancelled' });
  });
});

describe('the progress of a run', () => {
  it('is believed from whoever holds the lease', async () => {
    const { agent, job, runId } = await claimed();
    await accept(agent.id, job);
    await ground.jobs.progress(agent.id, progressOf(job, 5n));
    expect(await ground.show(runId)).toMatchObject({
      phase: 'deliver',
      counts: { sent: 5 },
      planned: 10,
    });
    const other = await ground.makeAgent();
    await ground.jobs.progress(other.id, progressOf(job, 6n));
    await ground.expireLeases();
    await ground.jobs.progress(agent.id, progressOf(job, 7n));
    expect((await ground.show(runId)).counts.sent).toBe(5);
  });

  it('stays when the agent never got as far as a report', async () => {
    const { agent, job, runId } = await claimed();
    await accept(agent.id, job);
    await ground.jobs.progress(agent.id, progressOf(job, 5n));
    const broken = failure(FailureKind.INTERNAL, 'internal.unexpected');
    await finish(agent.id, job, { case: 'failure', value: broken });
    expect(await ground.show(runId)).toMatchObject({
      state: 'failed',
      counts: { sent: 5 },
      problem: { code: 'internal.unexpected' },
    });
  });
});

async function claimed() {
  await ground.apply(yamlOfSyncs(1));
  const runId = await ground.start('sync-0');
  const agent = await ground.makeAgent();
  return { agent, runId, job: only(await ground.jobs.claim(agent, 1)) };
}

const progressOf = (lease: LeaseKey, sent: bigint) =>
  create(ProgressSchema, {
    lease: { jobId: lease.jobId, epoch: lease.epoch },
    phase: Phase.DELIVER,
    counts: { sent },
    planned: 10n,
  });

/** As if the agent had slept past its lease and another had taken the job meanwhile. */
async function loseLease(job: LeaseKey, thief: Agent): Promise<number> {
  await ground.database.$executeRaw`
    update "Job" set "leaseUntil" = now() - interval '1 second' where id = ${job.jobId}::uuid and state = 'leased'`;
  await ground.jobs.rescue();
  const stolen = await ground.jobs.claim(thief, 1);
  for (const taken of stolen) await finish(thief.id, taken, succeeded(1n));
  return stolen.length;
}
