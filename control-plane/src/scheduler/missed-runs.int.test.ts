import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { DatabaseTime } from '../database/database-time.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { tellMissedRuns } from './missed-runs.js';
import { SchedulerService } from './scheduler.service.js';

let ground: Ground;
let now: Date;
const time: DatabaseTime = { now: async () => now };
const { signal } = new AbortController();
const slot = new Date('2026-06-01T06:00:00Z');
const at = (minutes: number): Date => new Date(slot.getTime() + minutes * 60_000);

beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

/** One hourly sync whose slot has just come, where nothing else is said. */
async function begin(rules = '', count = 1): Promise<void> {
  const hourly = ', schedule: { cron: "0 * * * *", timezone: UTC }';
  await ground.apply(yamlOfSyncs(count, `${rules}${hourly}`));
  await ground.database.sync.updateMany({ data: { nextRunAt: slot } });
}

/** As many replicas do, all at once. */
async function look(minutes: number): Promise<void> {
  now = at(minutes);
  const replicas = Array.from({ length: 3 }, () => ground.database);
  const scheduler = new SchedulerService(ground.tenancy, ground.runs, time);
  await Promise.all(replicas.map(() => scheduler.startDue(signal)));
  await Promise.all(replicas.map((database) => tellMissedRuns(database, time, signal)));
}

const missed = async () => {
  const told = await ground.database.event.findMany({
    where: { kind: 'run.missed' },
    orderBy: { id: 'asc' },
  });
  return told.map(({ detail }) => detail as { slot: string; slots: number; reason: string });
};
const reasons = async () => (await missed()).map(({ reason }) => reason);

describe('a run that nobody begins', () => {
  it('is told of once, when it is too late', async () => {
    await begin();
    await look(1);
    await look(15);
    expect(await missed()).toEqual([]);
    await look(16);
    await look(17);
    expect(await missed()).toEqual([
      { slot: slot.toISOString(), slots: 1, reason: 'agent.offline' },
    ]);
    const run = await ground.database.run.findFirstOrThrow();
    expect(await ground.database.event.findFirst({ where: { kind: 'run.missed' } })).toMatchObject({
      workspaceId: ground.caller.workspaceId,
      syncId: run.syncId,
      runId: run.id,
    });
    expect(await ground.database.slot.findMany()).toMatchObject([
      { outcome: 'started', reason: 'agent.offline', lateAt: null },
    ]);
  });

  it('was not missed when an agent began it in time, or somebody cancelled it', async () => {
    await begin('', 3);
    await look(0);
    const [first, second, third] = await ground.database.run.findMany();
    const begun = (id: string, minutes: number) =>
      ground.database.run.update({ where: { id }, data: { startedAt: at(minutes) } });
    await begun(first!.id, 15);
    await begun(second!.id, 16);
    await ground.runs.cancel(ground.caller, third!.id);
    await look(20);
    expect(await reasons()).toEqual(['scheduler.late']);
    expect(await ground.database.slot.count({ where: { lateAt: { not: null } } })).toBe(0);
  });

  it('says what was in its way', async () => {
    const { database, poolId, caller } = ground;
    const { workspaceId } = caller;
    const agent = await ground.makeAgent();
    await database.agent.update({ where: { id: agent.id }, data: { presence: 'online' } });
    await begin(', startWithin: 1m', 2);
    await look(0);
    const [run, other] = await database.run.findMany();
    await database.run.update({ where: { id: other!.id }, data: { startedAt: at(0) } });
    await look(2);
    const again = () =>
      database.slot.updateMany({
        where: { runId: run!.id },
        data: { lateAt: at(1), reason: null },
      });
    const taken = { state: 'leased', agentId: agent.id };
    const job = { ...taken, workspaceId, poolId, kind: 'discover' };
    await database.job.createMany({ data: Array.from({ length: 4 }, () => job) });
    await again();
    await look(3);
    await database.job.updateMany({ where: { runId: other!.id }, data: taken });
    await database.workspace.updateMany({ data: { maxLeasedRuns: 1 } });
    await again();
    await look(4);
    await database.destination.updateMany({ data: { pausedAt: at(0) } });
    await again();
    await look(5);
    await database.pool.updateMany({ data: { pausedAt: at(0) } });
    await again();
    await look(6);
    const slotReasons = ['run.not_taken', 'pool.full', 'workspace.full'];
    expect(await reasons()).toEqual([...slotReasons, 'destination.paused', 'pool.paused']);
  });

  it('is not missed while its sync is paused, and has its time anew when it goes on', async () => {
    await begin();
    await look(1);
    await ground.database.sync.updateMany({ data: { pausedAt: at(5) } });
    await look(40);
    await ground.database.sync.updateMany({ data: { pausedAt: null, resumedAt: at(40) } });
    await look(54);
    expect(await missed()).toEqual([]);
    await look(57);
    expect(await reasons()).toEqual(['agent.offline']);
  });
});

describe('a slot that got no run in time', () => {
  it('is told of by the scheduler that comes late', async () => {
    await begin();
    await look(3 * 60 + 1);
    expect(await missed()).toEqual([
      { slot: slot.toISOString(), slots: 4, reason: 'scheduler.late' },
    ]);
  });

  it('was not missed when it passed in a pause, whatever is made up for', async () => {
    await begin(', catchUp: skip');
    await ground.syncs.pause(ground.caller, 'sync-0');
    await look(200);
    await ground.syncs.resume(ground.caller, 'sync-0');
    await look(201);
    expect((await ground.database.sync.findFirstOrThrow()).resumedAt).toBeInstanceOf(Date);
    expect(await ground.database.slot.findMany()).toMatchObject([
      { outcome: 'passed', reason: 'sync.paused', slots: 4 },
    ]);
    await ground.apply(yamlOfSyncs(1, ', schedule: { every: 1h }'));
    await ground.database.sync.updateMany({ data: { nextRunAt: at(-30) } });
    await look(201);
    expect(await ground.database.run.count()).toBe(1);
    expect(await missed()).toEqual([]);
  });

  it('says which run stood in its way, and once more nothing when it starts at last', async () => {
    await begin(', overlap: queue');
    const live = await ground.start('sync-0');
    await ground.database.$executeRaw`update "Run" set state = 'leased'`;
    await ground.database
      .$executeRaw`update "Run" set state = 'waiting_approval', "waitingSince" = now()`;
    await look(14);
    expect(await ground.database.slot.count()).toBe(0);
    await look(61);
    expect(await missed()).toEqual([
      { slot: slot.toISOString(), slots: 2, reason: 'run.waiting_approval' },
    ]);
    expect(await ground.database.slot.findMany()).toMatchObject([{ outcome: 'waiting' }]);
    await ground.database.$executeRaw`delete from "Job"`;
    await ground.database.$executeRaw`
      update "Run" set state = 'cancelled', "liveSyncId" = null, "finishedAt" = now() where id = ${live}::uuid`;
    await look(125);
    expect(await ground.database.slot.findMany()).toMatchObject([
      { outcome: 'started', slots: 3, reason: 'run.waiting_approval', runId: expect.any(String) },
    ]);
    expect(await missed()).toHaveLength(1);
  });

  it('is told of while its destination is paused', async () => {
    await begin();
    await ground.database.destination.updateMany({ data: { pausedAt: at(0) } });
    await look(15);
    expect(await missed()).toEqual([]);
    await look(130);
    await ground.database.destination.updateMany({ data: { pausedAt: null } });
    await look(131);
    const expected = { slot: slot.toISOString(), slots: 3, reason: 'destination.paused' };
    expect(await missed()).toEqual([expected]);
    expect(await ground.database.slot.findMany()).toMatchObject([{ outcome: 'started', slots: 3 }]);
  });

  it('is told of where the sync lets it pass', async () => {
    await begin();
    await ground.start('sync-0');
    await look(0);
    await look(1);
    expect(await reasons()).toEqual(['run.already_live']);
  });
});
