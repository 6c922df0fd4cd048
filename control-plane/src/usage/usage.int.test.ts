import { create, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { Clock } from '../clock.js';
import { only, openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { ordinary } from '../run/run-options.js';
import { UsageService } from './usage.service.js';

let ground: Ground;
let usage: UsageService;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  usage = new UsageService(ground.tenancy, new Clock());
  await ground.apply(yamlOfSyncs(2));
});
afterEach(() => ground.close());

async function runOnce(sync: string, dryRun = false, sent = 5n): Promise<void> {
  await ground.runs.start(ground.caller, sync, { ...ordinary, dryRun });
  const agent = await ground.makeAgent();
  const job = only(await ground.jobs.claim(agent, 1));
  const counts = { queried: sent + 2n, unchanged: 2n, added: sent, sent };
  const value = create(SyncReportSchema, {
    outcome: SyncOutcome.SUCCEEDED,
    counts,
    bucketBytes: 100n,
  });
  await ground.database.$transaction(async (tx) => {
    await ground.jobs.accept(tx, agent.id, job);
    await ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value });
    // Said again, as after a lost acknowledgement.
    await ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value });
  });
}

it('adds up every run once, by day and by sync, and keeps the sums when runs are gone', async () => {
  await runOnce('sync-0');
  await runOnce('sync-0');
  await runOnce('sync-1', false, 50n);
  const cancelled = await ground.start('sync-1');
  await ground.runs.cancel(ground.caller, cancelled);
  await runOnce('sync-1', true);
  await ground.database.run.deleteMany();
  const { total, days, syncs } = await usage.of(ground.caller, {});
  expect(total).toMatchObject({
    runs: 5,
    succeeded: 4,
    cancelled: 1,
    rows: { queried: 66, unchanged: 6, added: 60, sent: 60, rejected: 0 },
    bucketBytes: 300,
  });
  expect(days).toHaveLength(30);
  expect(days.at(-1)?.sum).toEqual(total);
  expect(days.at(0)?.sum).toMatchObject({ runs: 0, rows: { sent: 0 } });
  expect(syncs.map(({ sync, sum }) => [sync, sum.runs, sum.rows.sent])).toEqual([
    ['sync-1', 3, 50],
    ['sync-0', 2, 10],
  ]);
});

it('counts a run that waited for a person when it ends, and days apart', async () => {
  const { database, caller } = ground;
  const held = await ground.start('sync-0');
  await database.$executeRaw`
    update "Run" set state = 'leased' where id = ${held}::uuid`;
  await database.$executeRaw`
    update "Run" set state = 'waiting_approval', "waitingSince" = now() where id = ${held}::uuid`;
  expect((await usage.of(caller, {})).total.runs).toBe(0);
  await ground.runs.cancel(caller, held);
  expect((await usage.of(caller, {})).total).toMatchObject({ runs: 1, cancelled: 1 });
  await database.$executeRaw`update "UsageDay" set day = '2026-01-31'`;
  const days = { from: '2026-01-31', to: '2026-02-01' };
  expect((await usage.of(caller, days)).days.map(({ sum }) => sum.runs)).toEqual([1, 0]);
  const stranger = await ground.makeWorkspace();
  expect((await usage.of(stranger, days)).total.runs).toBe(0);
});
