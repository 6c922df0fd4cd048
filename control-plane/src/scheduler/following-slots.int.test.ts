import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { endRuns } from '../run/run-row.js';
import type { FinalState } from '../run/run-report.js';

let ground: Ground;
beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const { signal } = new AbortController();

/** `sync-0` starts by hand, `sync-1` follows it; of the others each follows the one before. */
const chain = (words = '', schedule = ''): string =>
  yamlOfSyncs(3, words)
    .replace(/(sync-1: .*) }/, `$1, schedule: { after: sync-0${schedule} } }`)
    .replace(/(sync-2: .*) }/, `$1, schedule: { after: sync-1, when: always } }`);

const runsOf = (name: string) =>
  ground.database.run.findMany({ where: { sync: { name } }, orderBy: { createdAt: 'asc' } });
const slotsOf = (name: string) =>
  ground.database.slot.findMany({ where: { sync: { name } }, orderBy: { at: 'asc' } });

/** As its agent does, which may say it twice, to two replicas at once. */
async function end(runId: string, state: FinalState = 'succeeded'): Promise<void> {
  const say = () => ground.database.$transaction((tx) => endRuns(tx, [{ runId, end: { state } }]));
  await ground.database.$executeRaw`
    update "Run" set state = 'leased' where id = ${runId}::uuid and state = 'queued'`;
  await Promise.all([say(), say()]);
  await ground.database.job.deleteMany({ where: { runId } });
}

const look = () => Promise.all([1, 2, 3].map(() => ground.scheduler.startDue(signal)));

describe('a sync that runs after another one', () => {
  it('starts once for each run of it, however many replicas there are', async () => {
    await ground.apply(chain());
    await look();
    for (let round = 1; round <= 3; round += 1) {
      const run = await ground.start('sync-0');
      await look();
      expect(await runsOf('sync-1')).toHaveLength(round - 1);
      await end(run);
      await look();
      await look();
      const followed = await runsOf('sync-1');
      expect(followed).toHaveLength(round);
      expect((await slotsOf('sync-1')).at(-1)).toMatchObject({
        outcome: 'started',
        upstreamRunId: run,
        runId: followed.at(-1)!.id,
        reason: null,
      });
      await end(followed.at(-1)!.id, 'failed');
      await look();
      const [last] = (await runsOf('sync-2')).slice(-1);
      expect(await runsOf('sync-2')).toHaveLength(round);
      await end(last!.id);
    }
    expect(await ground.database.event.count({ where: { kind: 'run.missed' } })).toBe(0);
  });

  it('leaves out runs that did not end as it wants', async () => {
    await ground.apply(chain('', ', when: success'));
    for (const state of ['failed', 'cancelled', 'completed_with_errors'] as const) {
      await end(await ground.start('sync-0'), state);
      await look();
    }
    expect(await slotsOf('sync-1')).toEqual([]);
  });

  it('keeps what ended while it ran, and runs once for all of it', async () => {
    await ground.apply(chain(', overlap: queue'));
    await end(await ground.start('sync-0'));
    await look();
    for (const round of [1, 2]) {
      await end(await ground.start('sync-0'));
      await look();
      expect(await runsOf('sync-1'), `${round}`).toHaveLength(1);
    }
    await end((await runsOf('sync-1'))[0]!.id);
    await look();
    const [, second, ...others] = await runsOf('sync-1');
    expect(others).toEqual([]);
    expect((await slotsOf('sync-1')).slice(1)).toMatchObject([
      { outcome: 'started', runId: second!.id, slots: 1 },
      { outcome: 'started', runId: second!.id, slots: 1 },
    ]);
  });

  it('makes up for each of them when it is asked to', async () => {
    await ground.apply(chain(', catchUp: all'));
    await ground.syncs.pause(ground.caller, 'sync-1');
    for (let round = 0; round < 3; round += 1) await end(await ground.start('sync-0'));
    await look();
    expect(await runsOf('sync-1')).toEqual([]);
    await ground.syncs.resume(ground.caller, 'sync-1');
    for (let round = 1; round <= 4; round += 1) {
      await look();
      const runs = await runsOf('sync-1');
      expect(runs).toHaveLength(Math.min(round, 3));
      await end(runs.at(-1)!.id);
    }
    expect(await ground.database.event.count({ where: { kind: 'run.missed' } })).toBe(0);
  });

  it('lets one pass that comes while it runs, and says so', async () => {
    await ground.apply(chain());
    const live = await ground.start('sync-1');
    await end(await ground.start('sync-0'));
    await look();
    expect(await slotsOf('sync-1')).toMatchObject([
      { outcome: 'skipped', reason: 'run.already_live' },
    ]);
    expect(await ground.database.event.findFirst({ where: { kind: 'run.missed' } })).toMatchObject({
      detail: { reason: 'run.already_live', slots: 1 },
    });
    await end(live);
  });

  it('waits no more for a sync that it does not run after any longer', async () => {
    await ground.apply(chain());
    await end(await ground.start('sync-0'));
    await ground.apply(chain().replace('after: sync-0', 'every: 1h'));
    await look();
    expect(await runsOf('sync-1')).toEqual([]);
  });
});
