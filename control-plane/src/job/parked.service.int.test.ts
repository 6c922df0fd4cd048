import { create, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { only, openGround, yamlOfSyncs, type Ground } from './testing/ground.js';
import type { LeasedJob } from './work.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

/** A run whose four agents fell silent. */
async function makeParked(extra = ''): Promise<{ runId: string; last: LeasedJob }> {
  await ground.apply(yamlOfSyncs(1, extra));
  const runId = await ground.start('sync-0');
  const agent = await ground.makeAgent();
  let last: LeasedJob | undefined;
  for (let turn = 1; turn <= 4; turn += 1) {
    last = only(await ground.jobs.claim(agent, 1));
    await ground.expireLeases();
    await ground.jobs.rescue();
  }
  expect(await ground.show(runId)).toMatchObject({ state: 'parked' });
  return { runId, last: last! };
}

const release = (runId: string) => ground.parked.release(ground.caller, runId);
const finish = (agentId: string, job: LeasedJob) =>
  ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agentId, job, {
      case: 'syncReport',
      value: create(SyncReportSchema, { outcome: SyncOutcome.SUCCEEDED }),
    }),
  );

it('goes on when a person says so, with all its tries and a later epoch', async () => {
  const { runId, last } = await makeParked();
  await Promise.all([release(runId), release(runId)]);
  const agent = await ground.makeAgent();
  const job = only(await ground.jobs.claim(agent, 4));
  expect(job).toMatchObject({ jobId: last.jobId, epoch: last.epoch + 1n });
  // What the agent that had it last says now comes too late.
  await finish(last.agentId, last);
  expect(await ground.show(runId)).toMatchObject({ state: 'leased', problem: null });
  await release(runId);
  await finish(agent.id, job);
  expect(await ground.show(runId)).toMatchObject({ state: 'succeeded', waitingSince: null });
  expect((await ground.show(runId)).lapses).toHaveLength(4);
  expect(await ground.database.job.count()).toBe(0);
  await expect(release(runId)).rejects.toMatchObject({ code: 'run.not_parked' });
});

it('is ended by a cancel, and the sync is free', async () => {
  const { runId } = await makeParked();
  await ground.runs.cancel(ground.caller, runId);
  expect(await ground.show(runId)).toMatchObject({
    state: 'cancelled',
    problem: { code: 'job.parked' },
  });
  await ground.jobs.rescue();
  expect(await ground.database.job.count()).toBe(0);
  await ground.start('sync-0');
});

it('makes room for a slot of the schedule after a day', async () => {
  const { runId } = await makeParked(', schedule: { every: 1h }');
  const comeDue = () =>
    ground.database.$executeRaw`update "Sync" set "nextRunAt" = now() - interval '1 minute'`;
  await comeDue();
  await ground.scheduler.startDue(new AbortController().signal);
  expect(await ground.show(runId)).toMatchObject({ state: 'parked' });
  await ground.database.$executeRaw`update "Run" set "waitingSince" = now() - interval '25 hours'`;
  await comeDue();
  await ground.scheduler.startDue(new AbortController().signal);
  expect(await ground.show(runId)).toMatchObject({ state: 'cancelled' });
  expect(await ground.database.run.count({ where: { state: 'queued' } })).toBe(1);
});

it('is not released for a stranger, nor when it is not parked', async () => {
  const { runId } = await makeParked();
  const stranger = await ground.makeWorkspace();
  const notFound = { code: 'run.not_found' };
  await expect(ground.parked.release(stranger, runId)).rejects.toMatchObject(notFound);
  await expect(release(randomUUID())).rejects.toMatchObject(notFound);
  await expect(release('no id')).rejects.toMatchObject(notFound);
  await ground.runs.cancel(ground.caller, runId);
  const queued = await ground.start('sync-0');
  await expect(release(queued)).rejects.toMatchObject({ code: 'run.not_parked' });
});
