import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { poolsWithWork } from '../job/pools-with-work.js';
import { insertJob } from '../job/enqueue.js';
import { openGround, yamlOfSyncs, type Agent, type Ground } from '../job/testing/ground.js';
import { PauseService } from './pause.service.js';

let ground: Ground;
let pauses: PauseService;
let agent: Agent;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  pauses = new PauseService(ground.tenancy, ground.noticeBoard);
  agent = await ground.makeAgent();
});
afterEach(() => ground.close());

/** `sync-0` to `app`, `other` to another destination, both read through the pool `default`. */
const yaml =
  `${yamlOfSyncs(1)}  other: { model: people, destination: other, object: public.other, mode: upsert, key: { id: id }, fields: { name: name } }
`.replace('models:', '  other: { type: postgres, settings: { host: other.internal } }\nmodels:');

const claimed = async (): Promise<string[]> =>
  (await ground.jobs.claim(agent, 4)).map(({ jobId }) => jobId);
const waiting = (): Promise<string[]> => poolsWithWork(ground.database, [ground.poolId]);
const jobOf = async (runId: string): Promise<string> =>
  (await ground.database.job.findFirstOrThrow({ where: { runId } })).id;
const actions = async (): Promise<string[]> => {
  const entries = await ground.database.auditEntry.findMany({ orderBy: { sequence: 'asc' } });
  return entries.map(({ action }) => action).filter((action) => /pause|resume/.test(action));
};
const called = { kind: 'job_queued' };

describe('a pool that is paused', () => {
  it('is given nothing, and everything at once when it is resumed', async () => {
    await ground.apply(yaml);
    const wish = { pool: 'default', reason: 'the cluster moves' };
    const pool = await pauses.setPool(ground.caller, wish, true);
    expect(pool.pausedAt).toBeInstanceOf(Date);
    expect(pool.pauseReason).toBe('the cluster moves');
    const runId = await ground.start('sync-0');
    expect(await ground.show(runId)).toMatchObject({ state: 'queued', pausedBy: 'pool' });
    expect([await claimed(), await waiting()]).toEqual([[], []]);

    ground.notices.length = 0;
    expect(await pauses.setPool(ground.caller, { pool: 'default' }, false)).toMatchObject({
      pausedAt: null,
      pauseReason: null,
    });
    expect(ground.notices).toEqual([{ ...called, poolId: ground.poolId }]);
    expect(await ground.show(runId)).toMatchObject({ pausedBy: null });
    expect(await waiting()).toEqual([ground.poolId]);
    expect(await claimed()).toEqual([await jobOf(runId)]);
  });

  it('is so once, however often somebody says it, and since the first time', async () => {
    const since = (await pauses.setPool(ground.caller, { pool: 'default' }, true)).pausedAt;
    expect((await pauses.setPool(ground.caller, { pool: 'default' }, true)).pausedAt).toEqual(
      since,
    );
    expect(await actions()).toEqual(['pool.pause']);
    await expect(pauses.setPool(ground.caller, { pool: 'nosuch' }, true)).rejects.toMatchObject({
      code: 'pool.not_found',
    });
    const stranger = await ground.makeWorkspace();
    await pauses.setPool(stranger, { pool: 'default' }, false);
    expect((await pauses.setPool(ground.caller, { pool: 'default' }, true)).pausedAt).toEqual(
      since,
    );
  });
});

describe('a destination that is paused', () => {
  it('keeps its own runs waiting and no others, and lets them go at once when it is resumed', async () => {
    await ground.apply(yaml);
    const held = await ground.start('sync-0');
    await pauses.setDestination(ground.caller, { destination: 'app' }, true);
    expect(await waiting()).toEqual([]);
    const { workspaceId } = ground.caller;
    const check = await ground.database.$transaction((tx) =>
      insertJob(tx, {
        workspaceId,
        poolId: ground.poolId,
        kind: 'check_connection',
        request: { kind: 'source', name: 'warehouse', entry: { settings: {}, secrets: {} } },
        headStartMs: 0,
      }),
    );
    const free = await ground.start('other');
    expect(await waiting()).toEqual([ground.poolId]);
    expect((await claimed()).sort()).toEqual([check, await jobOf(free)].sort());
    expect(await ground.show(held)).toMatchObject({ state: 'queued', pausedBy: 'destination' });
    expect(await waiting()).toEqual([]);

    ground.notices.length = 0;
    await pauses.setDestination(ground.caller, { destination: 'app' }, false);
    expect(ground.notices).toEqual([{ ...called, poolId: ground.poolId }]);
    expect(await claimed()).toEqual([await jobOf(held)]);
    expect(await actions()).toEqual(['destination.pause', 'destination.resume']);
  });

  it('gets no run by hand and none by a schedule, which keeps its slot', async () => {
    await ground.apply(yaml.replaceAll('fields: {', 'schedule: { every: 1h }, fields: {'));
    await pauses.setDestination(ground.caller, { destination: 'app' }, true);
    await expect(ground.start('sync-0')).rejects.toMatchObject({ code: 'destination.paused' });
    const due = new Date(Date.now() - 60_000);
    await ground.database.sync.updateMany({ data: { nextRunAt: due } });
    await ground.scheduler.startDue(new AbortController().signal);
    const runs = await ground.database.run.findMany({ include: { sync: true } });
    expect(runs.map(({ sync }) => sync.name)).toEqual(['other']);
    expect(await ground.database.sync.findFirst({ where: { name: 'sync-0' } })).toMatchObject({
      nextRunAt: due,
    });
    await pauses.setDestination(ground.caller, { destination: 'app' }, false);
    await ground.scheduler.startDue(new AbortController().signal);
    expect(await ground.database.run.count()).toBe(2);
    await expect(
      pauses.setDestination(ground.caller, { destination: 'nosuch' }, true),
    ).rejects.toMatchObject({
      code: 'destination.not_found',
    });
  });
});
