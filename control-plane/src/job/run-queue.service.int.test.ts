import { randomUUID } from 'node:crypto';
import { create, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { AppError } from '../app-error.js';
import { ordinary } from '../run/run-options.js';
import { only, openGround, yamlOfSyncs, type Ground } from './testing/ground.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

describe('starting a run', () => {
  it('is refused while the sync has a live run, by name, however many try at once', async () => {
    await ground.apply(yamlOfSyncs(1));
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => ground.start('sync-0')));
    const started = tries.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
    const refused = tries.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as AppError] : [],
    );
    expect(started).toHaveLength(1);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['run.already_live']));
    for (const { message } of refused) expect(message).toContain(started[0]);
    expect(await ground.database.job.count()).toBe(1);
  });

  it('carries its options to the agent', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.runs.start(ground.caller, 'sync-0', { ...ordinary, dryRun: true, verify: true });
    const { work } = only(await ground.jobs.claim(await ground.makeAgent(), 1));
    expect(work.value).toMatchObject({
      options: { dryRun: true, full: false, rebaseline: false, verify: true },
    });
  });

  it('undoes only what a run of the same sync has sent, when it is over', async () => {
    await ground.apply(yamlOfSyncs(2));
    const undo = (sync: string, run: string) =>
      ground.runs.start(ground.caller, sync, { ...ordinary, undo: run });
    const id = await ground.start('sync-0');
    await expect(undo('sync-0', id)).rejects.toMatchObject({ code: 'run.undo_live' });
    await ground.runs.cancel(ground.caller, id);
    await expect(undo('sync-1', id)).rejects.toMatchObject({ code: 'run.undo_not_found' });
    await expect(undo('sync-0', randomUUID())).rejects.toMatchObject({
      code: 'run.undo_not_found',
    });
    const dry = await ground.runs.start(ground.caller, 'sync-1', { ...ordinary, dryRun: true });
    await ground.runs.cancel(ground.caller, dry);
    await expect(undo('sync-1', dry)).rejects.toMatchObject({ code: 'run.undo_nothing' });
  });

  it('undoes only what a dry run has counted, and only by its plan', async () => {
    await ground.apply(yamlOfSyncs(1));
    const id = await ground.start('sync-0');
    await ground.runs.cancel(ground.caller, id);
    const undo = (change: object = {}) =>
      ground.runs.start(ground.caller, 'sync-0', { ...ordinary, undo: id, ...change });
    const notCounted = { code: 'run.undo_not_counted' };
    await expect(undo()).rejects.toMatchObject(notCounted);
    const [older, newer] = ['aa'.repeat(32), 'bb'.repeat(32)];
    await expect(undo({ expectedPlan: older })).rejects.toMatchObject(notCounted);
    const agent = await ground.makeAgent();
    const count = async (planDigest: string): Promise<string> => {
      const dry = await undo({ dryRun: true });
      const job = only(await ground.jobs.claim(agent, 1));
      const value = create(SyncReportSchema, { planDigest, outcome: SyncOutcome.SUCCEEDED });
      await ground.database.$transaction(async (tx) => {
        await ground.jobs.accept(tx, agent.id, job);
        await ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value });
      });
      return dry;
    };
    const yesterday = await count(older);
    await ground.database.$executeRaw`
      update "Run" set "finishedAt" = now() - interval '25 hours' where id = ${yesterday}::uuid`;
    await expect(undo()).rejects.toMatchObject(notCounted);
    await count(older);
    await count(newer);
    await expect(undo({ expectedPlan: older })).rejects.toMatchObject({ code: 'run.plan_changed' });
    const undoing = await undo({ expectedPlan: newer });
    expect(await ground.show(undoing)).toMatchObject({ options: { undo: id } });
    const { work } = only(await ground.jobs.claim(agent, 1));
    expect(work.value).toMatchObject({ options: { undoRunId: id, expectedPlan: newer } });
  });

  it('undoes nothing of a sync that keeps no values', async () => {
    await ground.apply(yamlOfSyncs(1, ', snapshots: hashed'));
    const id = await ground.start('sync-0');
    await ground.runs.cancel(ground.caller, id);
    const undoing = ground.runs.start(ground.caller, 'sync-0', { ...ordinary, undo: id });
    await expect(undoing).rejects.toMatchObject({ code: 'run.undo_hashed' });
  });

  it('undoes nothing of a sync that replaces everything', async () => {
    await ground.apply(yamlOfSyncs(1).replace('mode: upsert', 'mode: replace'));
    const id = await ground.start('sync-0');
    await ground.runs.cancel(ground.caller, id);
    const undoing = { ...ordinary, undo: id, dryRun: true };
    await expect(ground.runs.start(ground.caller, 'sync-0', undoing)).rejects.toMatchObject({
      code: 'run.undo_replace',
    });
  });

  it.each([{ canary: 10 }, { onlyRejected: true as const }])(
    'sends no part of a sync that replaces everything: %o',
    async (part) => {
      await ground.apply(yamlOfSyncs(1).replace('mode: upsert', 'mode: replace'));
      const starting = ground.runs.start(ground.caller, 'sync-0', { ...ordinary, ...part });
      await expect(starting).rejects.toMatchObject({ code: 'run.part_of_replace' });
      expect(await ground.database.run.count()).toBe(0);
    },
  );

  it('waits in a pool that has no agent yet', async () => {
    const { caller, database, history } = ground;
    await ground.apply(yamlOfSyncs(1).replaceAll('type: postgres', 'type: postgres, pool: new'));
    const id = await ground.start('sync-0');
    expect(await history.find(caller, id)).toMatchObject({ state: 'queued' });
    const job = await database.job.findFirst({ select: { pool: { select: { name: true } } } });
    expect(job).toEqual({ pool: { name: 'new' } });
  });

  it('says when the pool of its source does not exist', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.database.pool.deleteMany();
    await expect(ground.start('sync-0')).rejects.toMatchObject({ code: 'pool.not_found' });
    expect(await ground.database.run.count()).toBe(0);
  });

  it('knows neither unknown syncs nor those of another workspace', async () => {
    await ground.apply(yamlOfSyncs(1));
    const stranger = await ground.makeWorkspace();
    const notFound = { code: 'sync.not_found' };
    await expect(ground.start('nosuch')).rejects.toMatchObject(notFound);
    await expect(ground.runs.start(stranger, 'sync-0', ordinary)).rejects.toMatchObject(notFound);
  });
});

describe('cancelling a run', () => {
  it('ends one that waits at once', async () => {
    await ground.apply(yamlOfSyncs(1));
    const id = await ground.start('sync-0');
    await ground.runs.cancel(ground.caller, id);
    expect(await ground.show(id)).toMatchObject({ state: 'cancelled', problem: null });
    expect(await ground.jobs.claim(await ground.makeAgent(), 1)).toEqual([]);
    await ground.runs.cancel(ground.caller, id);
    await ground.start('sync-0');
  });

  it('tells the agent of one that runs, and ends it when the agent never answers', async () => {
    await ground.apply(yamlOfSyncs(1));
    const id = await ground.start('sync-0');
    const agent = await ground.makeAgent();
    const job = only(await ground.jobs.claim(agent, 1));
    await ground.runs.cancel(ground.caller, id);
    const asked = (await ground.show(id)).cancelRequestedAt;
    await ground.runs.cancel(ground.caller, id);
    expect(await ground.show(id)).toMatchObject({ state: 'leased', cancelRequestedAt: asked });
    expect(ground.notices).toContainEqual({
      kind: 'job_cancelled',
      agentId: agent.id,
      jobId: job.jobId,
    });
    expect(await ground.jobs.renew(agent.id, [job])).toMatchObject([{ standing: 'cancel' }]);
    await ground.expireLeases();
    await ground.jobs.rescue();
    expect(await ground.show(id)).toMatchObject({ state: 'cancelled' });
  });

  it('finds neither unknown runs nor those of another workspace', async () => {
    await ground.apply(yamlOfSyncs(1));
    const id = await ground.start('sync-0');
    const stranger = await ground.makeWorkspace();
    for (const [caller, run] of [
      [stranger, id],
      [ground.caller, randomUUID()],
      [ground.caller, 'no id'],
    ] as const)
      await expect(ground.runs.cancel(caller, run)).rejects.toMatchObject({
        code: 'run.not_found',
      });
    expect(await ground.history.find(stranger, id)).toBeNull();
    expect(await ground.history.find(ground.caller, 'no id')).toBeNull();
    expect((await ground.history.page(stranger, null, {})).edges).toEqual([]);
    expect(await ground.show(id)).toMatchObject({ state: 'queued' });
  });
});
