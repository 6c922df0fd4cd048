import { verifyChain } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { Clock } from '../clock.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { exportedEntryOf } from '../trail/exported-entry.js';
import { UsageService } from '../usage/usage.service.js';
import { WorkspaceService } from '../workspace/workspace.service.js';
import { Retention } from './retention.js';

let ground: Ground;
let retention: Retention;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  retention = new Retention(ground.tenancy, new Clock());
});
afterEach(() => ground.close());

const { signal } = new AbortController();

/** Runs that ended so many days ago, and one that has not ended. */
async function fill(runs: readonly [count: number, daysAgo: number][]): Promise<void> {
  await ground.apply(yamlOfSyncs(1));
  await ground.start('sync-0');
  for (const [count, days] of runs)
    await ground.database.$executeRaw`
      insert into "Run" (id, "workspaceId", "syncId", version, state, trigger, options, counts, "createdAt", "finishedAt")
      select gen_random_uuid(), "workspaceId", id, version, 'succeeded', 'schedule', '{}', '{"sent": 1}',
        now() - make_interval(days => ${days}::int), now() - make_interval(days => ${days}::int)
      from "Sync", generate_series(1, ${count}::int)`;
}

const keep = (days: object) => new WorkspaceService(ground.tenancy).update(ground.caller, days);

it('removes runs that are older than their workspace keeps them, in batches, and no others', async () => {
  await fill([
    [1_200, 31],
    [3, 29],
  ]);
  await ground.database
    .$executeRaw`update "Run" set "createdAt" = now() - interval '99 days' where "finishedAt" is null`;
  await retention.removeOld(signal);
  expect(await ground.database.run.count()).toBe(1_204);
  const usage = new UsageService(ground.tenancy, new Clock());
  const before = await usage.of(ground.caller, {});
  await keep({ retentionDays: 30 });
  await Promise.all([retention.removeOld(signal), retention.removeOld(signal)]);
  expect(await ground.database.run.count()).toBe(4);
  expect(await ground.database.run.count({ where: { finishedAt: null } })).toBe(1);
  expect(await usage.of(ground.caller, {})).toEqual(before);
});

it('removes the oldest entries of the audit log by its own, longer, setting, and says so in it', async () => {
  const { database, caller } = ground;
  await ground.apply(yamlOfSyncs(1));
  for (let times = 0; times < 5; times += 1)
    await ground.runs.cancel(caller, await ground.start('sync-0'));
  const [{ count } = { count: 0 }] = await database.$queryRaw<{ count: number }[]>`
    select count(*)::int as count from "AuditEntry"`;
  await ground.asOwner('alter table "AuditEntry" disable trigger audit_refuse_row');
  await ground.asOwner(
    `update "AuditEntry" set "createdAt" = now() - interval '400 days' where sequence <= 4`,
  );
  await ground.asOwner('alter table "AuditEntry" enable trigger audit_refuse_row');
  await retention.removeOld(signal);
  expect(await database.auditEntry.count()).toBe(count);
  await keep({ auditRetentionDays: 399, retentionDays: 30 });
  await Promise.all([retention.removeOld(signal), retention.removeOld(signal)]);
  const left = await database.auditEntry.findMany({ orderBy: { sequence: 'asc' } });
  expect(left[0]?.sequence).toBe(5n);
  expect(left.at(-1)).toMatchObject({
    action: 'audit.remove',
    actor: 'retention',
    after: '{"first":1,"last":4}',
  });
  expect(left.filter(({ action }) => action === 'audit.remove')).toHaveLength(1);
  expect(await verifyChain(left.map(exportedEntryOf))).toMatchObject({ kind: 'whole', first: 5 });
  await expect(database.auditEntry.deleteMany()).rejects.toThrow(/permission denied|never changed/);
});

it('forgets which requests were answered after a day', async () => {
  const { workspaceId } = ground.caller;
  const request = { workspaceId, digest: new Uint8Array(32), status: 201, runIds: [] };
  const createdAt = new Date(Date.now() - 25 * 3_600_000);
  await ground.database.restRequest.create({ data: { ...request, key: 'old', createdAt } });
  await ground.database.restRequest.create({ data: { ...request, key: 'new' } });
  await retention.removeOld(signal);
  expect(await ground.database.restRequest.findMany()).toMatchObject([{ key: 'new' }]);
});
