import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { SyncService } from '../sync/sync.service.js';

let ground: Ground;
beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const { signal } = new AbortController();
const hourly = ', schedule: { cron: "0 * * * *", timezone: Europe/Berlin }';

/** As if nobody had looked for so long. */
const letPass = (hours: number) =>
  ground.database.$executeRaw`
    update "Sync" set "nextRunAt" = date_trunc('hour', now()) - make_interval(hours => ${hours}::int)`;
const runs = () => ground.database.run.findMany({ orderBy: { createdAt: 'asc' } });
const nextRuns = async () =>
  (await ground.database.sync.findMany()).map(({ nextRunAt }) => nextRunAt);

describe('the schedules', () => {
  it('start nothing before its time, and nothing by themselves that is started by hand', async () => {
    await ground.apply(yamlOfSyncs(2, hourly));
    await ground.scheduler.startDue(signal);
    await ground.apply(yamlOfSyncs(2));
    await ground.scheduler.startDue(signal);
    expect(await runs()).toEqual([]);
  });

  it('start one run a slot, however many schedulers look at once', async () => {
    await ground.apply(yamlOfSyncs(70, hourly));
    await letPass(0);
    await Promise.all(Array.from({ length: 4 }, () => ground.scheduler.startDue(signal)));
    await ground.scheduler.startDue(signal);
    const started = await runs();
    expect(started).toHaveLength(70);
    expect(new Set(started.map(({ syncId }) => syncId)).size).toBe(70);
    expect(started[0]).toMatchObject({
      trigger: 'schedule',
      state: 'queued',
      slot: expect.any(Date),
    });
    expect(await ground.database.job.count()).toBe(70);
    expect(ground.notices).toContainEqual({ kind: 'job_queued', poolId: ground.poolId });
  });

  it('start one run for all slots that were missed, and go on from now', async () => {
    await ground.apply(yamlOfSyncs(1, hourly));
    await letPass(100);
    await ground.scheduler.startDue(signal);
    await ground.scheduler.startDue(signal);
    expect(await runs()).toHaveLength(1);
    const [next] = await nextRuns();
    expect(next!.getTime()).toBeGreaterThan(Date.now());
    expect(next!.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  it('skip a slot while the sync still runs', async () => {
    await ground.apply(yamlOfSyncs(2, hourly));
    const live = await ground.start('sync-0');
    await letPass(1);
    const { queued, skipped } = await ground.scheduler.startBatch();
    expect(queued).toHaveLength(1);
    expect(skipped).toMatchObject([{ reason: 'run.already_live' }]);
    expect((await runs()).map(({ trigger }) => trigger)).toEqual(['api', 'schedule']);
    for (const next of await nextRuns()) expect(next!.getTime()).toBeGreaterThan(Date.now());
    await ground.runs.cancel(ground.caller, live);
    await ground.scheduler.startDue(signal);
    expect(await runs()).toHaveLength(2);
  });

  it('never start the same slot again, even when the clock of a schedule is set back', async () => {
    await ground.apply(yamlOfSyncs(1, hourly));
    await letPass(1);
    await ground.scheduler.startDue(signal);
    const [first] = await runs();
    await ground.runs.cancel(ground.caller, first!.id);
    await letPass(1);
    await ground.scheduler.startDue(signal);
    expect(await runs()).toHaveLength(1);
  });

  it('go on with the others when one sync can not be started', async () => {
    const pooled = yamlOfSyncs(1, hourly).replaceAll(
      'type: postgres',
      'type: postgres, pool: lost',
    );
    await ground.apply(pooled);
    await ground.database.pool.deleteMany({ where: { name: 'lost' } });
    await letPass(1);
    const { skipped, due } = await ground.scheduler.startBatch();
    expect({ skipped, due }).toMatchObject({ due: 1, skipped: [{ reason: 'pool.not_found' }] });
    expect((await nextRuns())[0]!.getTime()).toBeGreaterThan(Date.now());
  });

  it('leave a paused sync alone, and make up for it when it is resumed', async () => {
    await ground.apply(yamlOfSyncs(1, hourly));
    await letPass(1);
    const syncs = new SyncService(ground.tenancy);
    expect(await syncs.pause(ground.caller, 'sync-0')).toMatchObject({
      pausedAt: expect.any(Date),
    });
    await ground.scheduler.startDue(signal);
    expect(await runs()).toEqual([]);
    expect(await syncs.resume(ground.caller, 'sync-0')).toMatchObject({ pausedAt: null });
    await ground.scheduler.startDue(signal);
    expect(await runs()).toHaveLength(1);
    const stranger = await ground.makeWorkspace();
    await expect(syncs.pause(stranger, 'sync-0')).rejects.toMatchObject({ code: 'sync.not_found' });
  });
});
