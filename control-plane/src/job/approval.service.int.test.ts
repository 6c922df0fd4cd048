import { create, SyncOutcome, SyncReportSchema, type Finished } from '@drawbridge/proto';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { only, openGround, yamlOfSyncs, type Agent, type Ground } from './testing/ground.js';
import type { LeasedJob } from './work.js';

let ground: Ground;
beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const { signal } = new AbortController();
const [planA, planB] = ['aa'.repeat(32), 'bb'.repeat(32)];
const hourly = ', schedule: { cron: "0 * * * *", timezone: UTC }';

const report = (outcome: SyncOutcome, planDigest = ''): Finished['result'] => ({
  case: 'syncReport',
  value: create(SyncReportSchema, {
    outcome,
    planDigest,
    counts: { queried: 40n, unchanged: 40n, removed: 60n, withheld: 60n },
    phases: { planMs: 3n },
    baseline: { generation: 1n, key: 'v1/m.json', sha256: 'ab'.repeat(32), rows: 100n },
  }),
});
const waits = (planDigest: string) => report(SyncOutcome.WAITING_APPROVAL, planDigest);

const finish = (agent: Agent, job: LeasedJob, result: Finished['result']) =>
  ground.database.$transaction((tx) => ground.jobs.finish(tx, agent.id, job, result));
const approve = (runId: string, planDigest?: string) =>
  ground.approvals.approve(ground.caller, { runId, ...(planDigest && { planDigest }) });
const state = async (runId: string) => (await ground.show(runId)).state;
const optionsOf = ({ work }: LeasedJob) =>
  work.case === 'runSync' ? work.value.options : undefined;

/** A run of `sync-0` whose agent says that plan A waits. */
async function makeWaiting(extra = '', mode = 'upsert') {
  await ground.apply(yamlOfSyncs(1, extra).replace('mode: upsert', `mode: ${mode}`));
  const agent = await ground.makeAgent();
  const runId = await ground.start('sync-0');
  const job = only(await ground.jobs.claim(agent, 1));
  await finish(agent, job, waits(planA));
  return { agent, runId, job };
}

/** As if it had waited so long. */
const letWait = (hours: number) =>
  ground.database.$executeRaw`
    update "Run" set "waitingSince" = now() - make_interval(hours => ${hours}::int)
    where state = 'waiting_approval'`;
const comeDue = () =>
  ground.database.$executeRaw`update "Sync" set "nextRunAt" = date_trunc('second', now())`;
const decisions = () =>
  ground.database.auditEntry.findMany({
    where: { action: 'run.approve' },
    orderBy: { sequence: 'asc' },
  });

describe('a plan that a guard holds', () => {
  it('keeps its run alive, with its digest, its counts and the guard that asks', async () => {
    const guard = ', guards: { removed: { rows: 10, percent: 10, action: approve } }';
    const { runId } = await makeWaiting(guard, 'mirror');
    expect(await ground.show(runId)).toMatchObject({
      state: 'waiting_approval',
      planDigest: planA,
      heldBy: ['removed'],
      counts: { removed: 60, withheld: 60 },
      phase: 'plan',
      waitingSince: expect.any(Date),
      finishedAt: null,
    });
    await expect(ground.start('sync-0')).rejects.toMatchObject({
      code: 'run.already_live',
      message: expect.stringContaining('Approve it or cancel it'),
    });
  });

  it('is offered again as the same run with its digest, and by a later epoch of the same job', async () => {
    const { agent, runId, job } = await makeWaiting();
    await approve(runId, planA);
    expect(await state(runId)).toBe('queued');
    const again = only(await ground.jobs.claim(agent, 1));
    expect(again).toMatchObject({ jobId: job.jobId, epoch: job.epoch + 1n });
    expect(again.work).toMatchObject({ value: { runId, options: { approvedPlan: planA } } });
    // What the lease from before says once more is told from this one.
    await finish(agent, job, waits(planB));
    expect(await state(runId)).toBe('leased');
    await finish(agent, again, report(SyncOutcome.SUCCEEDED, planA));
    expect(await ground.show(runId)).toMatchObject({ state: 'succeeded', planDigest: planA });
    await ground.start('sync-0');
  });

  it('waits again when the agent finds more, and only that plan can be approved then', async () => {
    const { agent, runId } = await makeWaiting();
    await approve(runId);
    await finish(agent, only(await ground.jobs.claim(agent, 1)), waits(planB));
    expect(await ground.show(runId)).toMatchObject({ planDigest: planB });
    await expect(approve(runId, planA)).rejects.toMatchObject({ code: 'run.plan_changed' });
    await approve(runId, planB);
    const job = only(await ground.jobs.claim(agent, 1));
    expect(optionsOf(job)).toMatchObject({ approvedPlan: planB });
    expect((await decisions()).map(({ after }) => JSON.parse(after ?? ''))).toEqual([
      { planDigest: planA },
      { planDigest: planB },
    ]);
  });

  it('survives an agent that falls silent while it goes by the approval', async () => {
    const { agent, runId } = await makeWaiting();
    await approve(runId);
    await ground.jobs.claim(agent, 1);
    await ground.expireLeases();
    await ground.jobs.rescue();
    const job = only(await ground.jobs.claim(agent, 1));
    expect(optionsOf(job)).toMatchObject({ approvedPlan: planA });
  });
});

describe('approving', () => {
  it('is done once and written down once, however often and by however many it is said', async () => {
    const { agent, runId } = await makeWaiting();
    await Promise.all(Array.from({ length: 8 }, () => approve(runId, planA)));
    await approve(runId);
    expect(await ground.jobs.claim(agent, 4)).toHaveLength(1);
    await approve(runId, planA);
    const [entry, ...more] = await decisions();
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      action: 'run.approve',
      subjectId: runId,
      after: JSON.stringify({ planDigest: planA }),
      actor: 'test',
      actorKind: 'key',
    });
    expect(await ground.history.approvals(ground.caller, runId)).toMatchObject([
      { by: 'test', planDigest: planA },
    ]);
  });

  it('is refused where nothing waits, and for a run that is not there for the caller', async () => {
    const { runId } = await makeWaiting();
    const stranger = await ground.makeWorkspace();
    const notFound = { code: 'run.not_found' };
    await expect(ground.approvals.approve(stranger, { runId })).rejects.toMatchObject(notFound);
    await expect(approve('no id')).rejects.toMatchObject(notFound);
    expect(await state(runId)).toBe('waiting_approval');
    await ground.runs.cancel(ground.caller, runId);
    const notWaiting = { code: 'run.not_waiting' };
    await expect(approve(runId)).rejects.toMatchObject(notWaiting);
    const queued = await ground.start('sync-0');
    await expect(approve(queued)).rejects.toMatchObject(notWaiting);
    expect(await decisions()).toEqual([]);
  });

  it('and cancelling at once end in one of the two, and never in a run that nobody can end', async () => {
    for (let turn = 0; turn < 12; turn += 1) {
      const { agent, runId } = await makeWaiting();
      const [approval] = await Promise.allSettled([
        approve(runId),
        ground.runs.cancel(ground.caller, runId),
      ]);
      // A cancel that came second found the run in the queue.
      expect(await state(runId)).toBe('cancelled');
      expect(['fulfilled', 'rejected']).toContain(approval.status);
      expect(await ground.jobs.claim(agent, 1)).toEqual([]);
    }
  });
});

describe('a run that waits', () => {
  it('is ended by a cancel, and the sync is free', async () => {
    const { runId } = await makeWaiting();
    await ground.runs.cancel(ground.caller, runId);
    expect(await ground.show(runId)).toMatchObject({ state: 'cancelled', problem: null });
    await ground.start('sync-0');
  });

  it('does not begin to wait when somebody has asked for its end', async () => {
    await ground.apply(yamlOfSyncs(1));
    const agent = await ground.makeAgent();
    const runId = await ground.start('sync-0');
    const job = only(await ground.jobs.claim(agent, 1));
    await ground.runs.cancel(ground.caller, runId);
    await finish(agent, job, waits(planA));
    expect(await ground.show(runId)).toMatchObject({ state: 'cancelled', counts: { removed: 60 } });
    await ground.start('sync-0');
  });

  it('lets slots of the schedule pass for a day, then makes room for a new plan, once', async () => {
    const { runId } = await makeWaiting(hourly);
    await letWait(23);
    await comeDue();
    expect(await ground.scheduler.startBatch()).toMatchObject({
      skipped: [{ reason: 'run.waiting_approval' }],
    });
    expect(await state(runId)).toBe('waiting_approval');
    await letWait(24);
    await ground.database.$executeRaw`update "Sync" set "nextRunAt" = now() - interval '5 minutes'`;
    await Promise.all(Array.from({ length: 4 }, () => ground.scheduler.startDue(signal)));
    expect(await ground.show(runId)).toMatchObject({
      state: 'cancelled',
      problem: { code: 'run.approval_expired' },
    });
    const runs = await ground.database.run.findMany({ orderBy: { createdAt: 'asc' } });
    expect(runs.map((run) => [run.trigger, run.state])).toEqual([
      ['api', 'cancelled'],
      ['schedule', 'queued'],
    ]);
    expect(ground.notices).toContainEqual({
      kind: 'run_updated',
      workspaceId: ground.caller.workspaceId,
      runId,
    });
    await expect(approve(runId)).rejects.toMatchObject({ code: 'run.not_waiting' });
  });

  it('ends when what the sync says has changed, and stays when only its schedule has', async () => {
    const { runId } = await makeWaiting(hourly);
    await ground.apply(yamlOfSyncs(1, hourly.replace('0 *', '5 *')));
    expect(await state(runId)).toBe('waiting_approval');
    await ground.apply(yamlOfSyncs(1, hourly).replace('public.person_0', 'public.other'));
    expect(await ground.show(runId)).toMatchObject({
      state: 'cancelled',
      problem: { code: 'run.superseded' },
    });
  });

  it('ends with its sync', async () => {
    const { runId } = await makeWaiting();
    await ground.apply('');
    expect(await state(runId)).toBe('cancelled');
  });
});
