import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { SlotHistoryService } from './slot-history.service.js';

let ground: Ground;
let history: SlotHistoryService;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  history = new SlotHistoryService(ground.tenancy);
});
afterEach(() => ground.close());

const syncNamed = (name: string) => ground.database.sync.findFirstOrThrow({ where: { name } });

it('tells which runs come next, of the schedule as it is, and none that do not come', async () => {
  const { workspaceId } = ground.caller;
  await ground.apply(yamlOfSyncs(2, ', schedule: { cron: "0 6 * * *", timezone: Europe/Berlin }'));
  const nextRunAt = new Date('2026-10-24T04:00:00Z');
  await ground.database.sync.updateMany({ data: { nextRunAt } });
  const { id } = await syncNamed('sync-0');
  expect((await history.nextRuns(workspaceId, id, 3)).map((at) => at.toISOString())).toEqual([
    '2026-10-24T04:00:00.000Z',
    '2026-10-25T05:00:00.000Z',
    '2026-10-26T05:00:00.000Z',
  ]);
  const stranger = await ground.makeWorkspace();
  expect(await history.nextRuns(stranger.workspaceId, id, 3)).toEqual([]);
  await expect(history.nextRuns(workspaceId, id, 0)).rejects.toMatchObject({
    code: 'page.bad_size',
  });
  await ground.syncs.pause(ground.caller, 'sync-0');
  expect(await history.nextRuns(workspaceId, id, 3)).toEqual([]);
  await ground.apply(yamlOfSyncs(2).replace('sync-1: {', 'sync-1: { schedule: { after: sync-0 },'));
  const follower = await syncNamed('sync-1');
  expect(await history.nextRuns(workspaceId, follower.id, 3)).toEqual([]);
});

it('shows slots page by page, newest first, with their runs and in words why there is none', async () => {
  const { workspaceId } = ground.caller;
  await ground.apply(yamlOfSyncs(1, ', schedule: { every: 1h }'));
  const { id: syncId } = await syncNamed('sync-0');
  const runId = await ground.start('sync-0');
  const at = (hour: number): Date => new Date(`2026-06-01T0${hour}:00:00Z`);
  const slots = [
    { at: at(3), outcome: 'started', runId },
    { at: at(2), outcome: 'skipped', reason: 'run.already_live' },
    { at: at(1), outcome: 'passed', reason: 'sync.paused', slots: 4 },
    { at: at(0), outcome: 'started', reason: 'pool.cold', runId: syncId },
  ];
  await ground.database.slot.createMany({
    data: slots.map((slot) => ({ syncId, workspaceId, ...slot })),
  });
  const first = await history.page(workspaceId, syncId, { first: 2 });
  expect(first.edges.map(({ node }) => node)).toMatchObject([
    { at: at(3), runId, runState: 'queued', reason: null, why: null, isMissed: false },
    { at: at(2), why: 'Another run of the sync was live.', isMissed: true, runId: null },
  ]);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const after = first.pageInfo.endCursor;
  const second = await history.page(workspaceId, syncId, { first: 2, after });
  expect(second.edges.map(({ node }) => node)).toMatchObject([
    { at: at(1), slots: 4, isMissed: false, why: 'The sync was paused.' },
    { at: at(0), runState: null, isMissed: true, why: 'It had no run in time: pool.cold.' },
  ]);
  expect(second.pageInfo.hasNextPage).toBe(false);
  const stranger = await ground.makeWorkspace();
  expect((await history.page(stranger.workspaceId, syncId, {})).edges).toEqual([]);
  await expect(history.page(workspaceId, syncId, { after: 'x' })).rejects.toMatchObject({
    code: 'page.bad_cursor',
  });
});
