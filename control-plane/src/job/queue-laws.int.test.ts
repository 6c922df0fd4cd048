import { randomBytes } from 'node:crypto';
import {
  create,
  FailureKind,
  FailureSchema,
  SyncOutcome,
  SyncReportSchema,
  type Finished,
} from '@drawbridge/proto';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { AppError } from '../app-error.js';
import { openGround, yamlOfSyncs, type Agent, type Ground } from './testing/ground.js';
import type { LeasedJob } from './work.js';

let ground: Ground;
beforeEach(async () => {
  Logger.overrideLogger(false);
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const syncs = 6;
const scheduled = (count: number): string => yamlOfSyncs(count, ', schedule: { every: 1h }');
const anyOf = <T>(items: readonly T[]): T | undefined =>
  items[Math.floor(Math.random() * items.length)];
const upTo = (most: number): number => Math.floor(Math.random() * most);

const done: Finished['result'] = {
  case: 'syncReport',
  value: create(SyncReportSchema, { outcome: SyncOutcome.SUCCEEDED }),
};
const waits = (): Finished['result'] => ({
  case: 'syncReport',
  value: create(SyncReportSchema, {
    outcome: SyncOutcome.WAITING_APPROVAL,
    planDigest: randomBytes(32).toString('hex'),
  }),
});
const noRoom = create(FailureSchema, { kind: FailureKind.TRANSIENT, code: 'job.no_room' });

/** All that can happen to the queue, each with whatever is there. */
function makeActs(agents: readonly Agent[]): (() => Promise<unknown>)[] {
  const { jobs, runs, approvals, parked, database, caller, scheduler } = ground;
  const held: { agent: Agent; job: LeasedJob }[] = [];
  const withHeld = async (act: (agent: Agent, job: LeasedJob) => Promise<unknown>) => {
    const one = anyOf(held);
    if (one) await act(one.agent, one.job);
  };
  const often = [
    () => ground.start(`sync-${upTo(syncs)}`),
    async () => {
      const agent = anyOf(agents)!;
      for (const job of await jobs.claim(agent, 1 + upTo(2))) held.push({ agent, job });
    },
    () => withHeld(({ id }, job) => database.$transaction((tx) => jobs.finish(tx, id, job, done))),
    async () => {
      const agent = anyOf(agents)!;
      for (const job of await jobs.claim(agent, 1)) {
        held.push({ agent, job });
        await database.$transaction((tx) => jobs.finish(tx, agent.id, job, waits()));
      }
    },
    async () => {
      const run = anyOf(await database.run.findMany({ where: { state: 'waiting_approval' } }));
      if (run) await approvals.approve(caller, { runId: run.id, planDigest: run.planDigest });
    },
  ];
  return [
    ...often,
    ...often,
    async () => {
      const run = anyOf(await database.run.findMany({ where: { liveSyncId: { not: null } } }));
      if (run) await runs.cancel(caller, run.id);
    },
    () => withHeld(({ id }, job) => database.$transaction((tx) => jobs.accept(tx, id, job))),
    () =>
      withHeld(({ id }, job) => database.$transaction((tx) => jobs.refuse(tx, id, job, noRoom))),
    () => withHeld(({ id }, job) => jobs.renew(id, [job])),
    () => jobs.unaccepted(anyOf(agents)!.id),
    async () => {
      await database.$executeRaw`
        update "Job" set "leaseUntil" = now() - interval '1 second'
        where id in (select id from "Job" where state = 'leased' limit 2 for update skip locked)`;
      await jobs.rescue();
    },
    async () => {
      const run = anyOf(await database.run.findMany({ where: { state: 'parked' } }));
      if (run) await parked.release(caller, run.id);
    },
    () => ground.apply(scheduled(1 + upTo(syncs))),
    () => ground.apply(scheduled(syncs).replace('person_0', `person_${upTo(9)}`)),
    async () => {
      await database.$executeRaw`
        update "Run" set "waitingSince" = now() - interval '2 days'
        where id in (select id from "Run" where state = 'waiting_approval' limit 1 for update skip locked)`;
      await database.$executeRaw`
        update "Sync" set "nextRunAt" = now() where id in (
          select id from "Sync" where "removedAt" is null order by random() limit 2 for update skip locked)`;
      await scheduler.startBatch();
    },
  ];
}

/** Refusals with a code are answers; anything else, a deadlock for example, fails the test. */
async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}

it('keeps runs and jobs of one mind, whatever happens at once', async () => {
  await ground.apply(scheduled(syncs));
  const agents = await Promise.all(Array.from({ length: 3 }, () => ground.makeAgent()));
  const acts = makeActs(agents);
  const worker = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) await attempt(anyOf(acts)!);
  };
  await Promise.all(Array.from({ length: 10 }, worker));

  // What a person ended leaves the queue a little later.
  await ground.jobs.rescue();
  const quarrels = await ground.database.$queryRaw<object[]>`
    select run.id, run.state, run."liveSyncId", run."finishedAt", array_agg(job.state) as jobs
    from "Run" as run left join "Job" as job on job."runId" = run.id
    group by run.id
    having (run."liveSyncId" is null) <> (run.state in ('succeeded', 'completed_with_errors', 'failed', 'cancelled'))
      or (run."liveSyncId" is null) <> (run."finishedAt" is not null)
      or array_remove(array_agg(job.state), null) <> case
        when run.state = 'queued' then array['queued']
        when run.state in ('leased', 'running') then array['leased']
        when run.state = 'waiting_approval' then array['finished']
        when run.state = 'parked' then array['parked']
        else array[]::text[] end`;
  expect(quarrels).toEqual([]);
  const removedAndLive = await ground.database.run.count({
    where: { liveSyncId: { not: null }, state: 'queued', sync: { removedAt: { not: null } } },
  });
  expect(removedAndLive).toBe(0);
  expect(await ground.database.run.count()).toBeGreaterThan(10);
  const restless = await ground.database.run.count({
    where: { state: { notIn: ['waiting_approval', 'parked'] }, waitingSince: { not: null } },
  });
  expect(restless).toBe(0);
  // Each approval is of a plan that once waited, and no plan was approved twice.
  const approved = await ground.database.auditEntry.findMany({ where: { action: 'run.approve' } });
  expect(new Set(approved.map(({ after }) => after)).size).toBe(approved.length);
});
