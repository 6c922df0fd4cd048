import { setImmediate as turn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import { Database, type DatabaseClient } from '../database/database.js';
import { DatabaseTime } from '../database/database-time.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { endRuns as endAll } from '../run/run-row.js';
import { nextRunAt } from '../sync/schedule.js';
import { syncEntryOf } from '../sync/sync-of.js';
import { tellMissedRuns } from './missed-runs.js';
import { SchedulerService } from './scheduler.service.js';

let ground: Ground;
beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const { signal } = new AbortController();
const hourly = 'schedule: { cron: "0 * * * *", timezone: UTC }';
const minutesAgo = (minutes: number) => ground.database.$executeRaw`
  update "Sync" set "nextRunAt" = date_trunc('hour', now()) - make_interval(mins => ${minutes}::int)`;
const slots = (where: { upstreamRunId?: null | { not: null } } = {}) =>
  ground.database.slot.findMany({ where, orderBy: [{ at: 'asc' }] });
const isFirst = ({ name }: { name: string }): boolean => name === 'sync-0';
/** As agents do that are told to stop: what they say last ends their runs. */
const endLive = (database: DatabaseClient) =>
  database.$transaction(async (tx) => {
    const live = await tx.run.findMany({ where: { finishedAt: null }, orderBy: { id: 'asc' } });
    await tx.job.deleteMany();
    const end = { state: 'cancelled' } as const;
    await endAll(
      tx,
      live.map(({ id: runId }) => ({ runId, end })),
    );
  });
/** As if agents had taken and finished them. */
async function endRuns(): Promise<void> {
  await ground.database.$executeRaw`delete from "Job"`;
  await ground.database.$executeRaw`
    update "Run" set state = 'cancelled', "liveSyncId" = null, "finishedAt" = now() where "finishedAt" is null`;
}

describe('slots', () => {
  it('come once each, though schedulers look at once and die on the way, for two months, and are told of once', async () => {
    const lines = '["30 2 * * *", "0 6 * * 1"]';
    const entry = `, catchUp: all, schedule: { cron: ${lines}, timezone: Europe/Berlin, jitter: 4h }`;
    const follower = ', schedule: { after: sync-0, when: always }';
    const yaml = yamlOfSyncs(7, entry).replace(/(sync-6: .*), catchUp: .*/, `$1${follower} }`);
    await ground.apply(yaml);
    let now = new Date('2026-10-01T00:00:00Z');
    const time: DatabaseTime = { now: async () => now };
    const syncs = await ground.database.sync.findMany({ where: { runsAfter: null } });
    const begin = now;
    const nextOf = (sync: (typeof syncs)[number], after: Date) =>
      nextRunAt(syncEntryOf(sync).schedule, after, sync)!;
    for (const sync of syncs)
      await ground.database.sync.update({
        where: { id: sync.id },
        data: { nextRunAt: nextOf(sync, begin) },
      });
    // With connections of their own: those that the test itself uses are not killed.
    const mortal = new Database(ground.config);
    onTestFinished(() => mortal.close());
    const schedulers = Array.from(
      { length: 3 },
      () => new SchedulerService(mortal, ground.runs, time),
    );
    let killed = 0;
    const kill = async (day: number): Promise<void> => {
      if (day % 4 !== 1) return;
      await turn();
      const [{ count }] = await ground.database.$queryRaw<[{ count: number }]>`
        select count(pg_terminate_backend(pid))::int as count from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`;
      killed += count;
    };
    for (let day = 1; day <= 60; day += 1) {
      now = new Date(begin.getTime() + day * 86_400_000);
      const looks = schedulers.flatMap((one) => [
        one.startDue(signal),
        tellMissedRuns(mortal.system, time, signal),
      ]);
      await Promise.allSettled([...looks, kill(day)]);
      // Again: a sync may have two slots a day, and the second one comes when the first has ended. A connection that was
      // killed may be found out only now.
      for (let again = 0; again < 3; again += 1) {
        const ends = [endLive(mortal.system), endLive(mortal.system)];
        await Promise.allSettled([...ends, again === 0 ? kill(day) : undefined]);
        await Promise.allSettled(schedulers.map((one) => one.startDue(signal)));
      }
      await endLive(ground.database);
    }
    const expected = syncs.flatMap((sync) => {
      const times: string[] = [];
      for (let one = nextOf(sync, begin); one <= now; one = nextOf(sync, one))
        times.push(`${sync.id} ${one.toISOString()}`);
      return times;
    });
    const runs = await ground.database.run.findMany({ where: { sync: { runsAfter: null } } });
    expect(runs.map(({ syncId, slot }) => `${syncId} ${slot?.toISOString()}`).sort()).toEqual(
      expected.sort(),
    );
    expect(killed).toBeGreaterThan(0);
    // Somebody looked at midnight alone, so each of them was late.
    const ofTheirs = { kind: 'run.missed', syncId: { in: syncs.map(({ id }) => id) } };
    const told = await ground.database.event.findMany({ where: ofTheirs });
    const missed = told.map(
      ({ syncId, detail }) => `${syncId} ${(detail as { slot: string }).slot}`,
    );
    expect(missed.sort()).toEqual(expected.sort());
    // Each end of a run is one slot of the sync that runs after it, whoever was killed.
    const ended = runs.filter(({ syncId }) => syncId === syncs.find(isFirst)?.id);
    const follows = await slots({ upstreamRunId: { not: null } });
    expect(follows.map(({ upstreamRunId }) => upstreamRunId).sort()).toEqual(
      ended.map(({ id }) => id).sort(),
    );
    // Rows are kept for a week.
    const kept = await slots({ upstreamRunId: null });
    expect(kept.every(({ outcome, slots: count }) => outcome === 'started' && count === 1)).toBe(
      true,
    );
    expect(kept[0]!.scheduledAt.getTime()).toBeGreaterThanOrEqual(now.getTime() - 7 * 86_400_000);
  });

  it('of one workspace come before the second ones of another, however many those are', async () => {
    const small = await ground.makeWorkspace();
    await ground.apply(yamlOfSyncs(230, `, ${hourly}`));
    const files = [{ path: 'a.yaml', text: yamlOfSyncs(1, `, ${hourly}`) }];
    await ground.configuration.apply(small, { files, dryRun: false });
    await minutesAgo(60);
    await ground.database.sync.updateMany({
      where: { workspaceId: small.workspaceId },
      data: { nextRunAt: new Date() },
    });
    const { due, queued } = await ground.scheduler.startBatch();
    expect({ due, queued: queued.length }).toEqual({ due: 200, queued: 200 });
    expect(await ground.database.run.count({ where: { workspaceId: small.workspaceId } })).toBe(1);
    expect((await ground.scheduler.startBatch()).due).toBe(31);
  });

  it('wait for a live run, and get one run for all of them when it ends', async () => {
    await ground.apply(yamlOfSyncs(1, `, overlap: queue, ${hourly}`));
    await ground.start('sync-0');
    await minutesAgo(120);
    expect(await ground.scheduler.startBatch()).toMatchObject({ due: 0 });
    await endRuns();
    await Promise.all([ground.scheduler.startDue(signal), ground.scheduler.startDue(signal)]);
    const run = await ground.database.run.findFirst({ where: { trigger: 'schedule' } });
    expect(await slots()).toMatchObject([{ outcome: 'started', slots: 3, runId: run!.id }]);
    expect(await ground.database.run.count()).toBe(2);
    const told = await ground.database.event.findMany({
      where: { runId: run!.id },
      orderBy: { id: 'asc' },
    });
    expect(told).toMatchObject([
      { kind: 'run.queued', detail: { trigger: 'schedule' } },
      { kind: 'run.missed', detail: { slots: 3, reason: 'run.already_live' } },
    ]);
  });

  it('say why they got no run', async () => {
    await ground.apply(yamlOfSyncs(2, `, catchUp: skip, startWithin: 2h, ${hourly}`));
    await ground.start('sync-0');
    await minutesAgo(0);
    await ground.scheduler.startDue(signal);
    const outcomes = (await slots()).map(({ outcome, reason }) => `${outcome} ${reason}`);
    expect(outcomes.sort()).toEqual(['skipped run.already_live', 'started null']);
    await endRuns();
    await minutesAgo(300);
    await ground.scheduler.startDue(signal);
    expect(await slots()).toHaveLength(6);
    expect((await slots())[0]).toMatchObject({ outcome: 'passed', reason: 'scheduler.late' });
  });
});
