import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { insertJob } from './enqueue.js';
import { poolsWithWork } from './pools-with-work.js';
import { openGround, type Ground } from './testing/ground.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

it('names the pools in which a job waits whose time has come, and no others', async () => {
  const { database, poolId } = ground;
  const { workspaceId } = ground.caller;
  const { id: other } = await database.pool.create({ data: { workspaceId, name: 'other' } });
  const asked = [poolId, other, randomUUID()];
  expect(await poolsWithWork(database, asked)).toEqual([]);

  const job = { workspaceId, poolId, kind: 'discover', request: {}, headStartMs: 0 } as const;
  const id = await database.$transaction((tx) => insertJob(tx, job));
  expect(await poolsWithWork(database, asked)).toEqual([poolId]);
  expect(await poolsWithWork(database, [other])).toEqual([]);

  const inAnHour = new Date(Date.now() + 3_600_000);
  await database.job.update({ where: { id }, data: { runAfter: inAnHour } });
  expect(await poolsWithWork(database, asked)).toEqual([]);
});
