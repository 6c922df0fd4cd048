import { create, Phase, ProgressSchema, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import type { Notice, Notices } from '../database/notices.js';
import { only, openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { ManualClock } from '../job/testing/manual-clock.js';
import { RunUpdates } from './run-updates.js';

let ground: Ground;
let clock: ManualClock;
let listeners: Set<(notice: Notice) => void>;
let updates: RunUpdates;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  clock = new ManualClock();
  listeners = new Set();
  const notices = {
    subscribe: (listener: (notice: Notice) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Notices;
  updates = new RunUpdates(ground.history, notices, clock);
  await ground.apply(yamlOfSyncs(1));
});
afterEach(() => ground.close());

const tell = (runId: string): void => {
  const { workspaceId } = ground.caller;
  for (const listener of listeners) listener({ kind: 'run_updated', workspaceId, runId });
};

it('tells the run as it is, then what becomes new, and ends when the run is over', async () => {
  const id = await ground.start('sync-0');
  const seen = await updates.of(ground.caller, id);
  expect((await seen.next()).value).toMatchObject({ id, state: 'queued' });

  const agent = await ground.makeAgent();
  const job = only(await ground.jobs.claim(agent, 1));
  const leased = seen.next();
  await clock.sleeping();
  tell(id);
  clock.pass(500);
  expect((await leased).value).toMatchObject({ state: 'leased', agent: agent.id });

  const lease = { jobId: job.jobId, epoch: job.epoch };
  await ground.jobs.progress(
    agent.id,
    create(ProgressSchema, { lease, phase: Phase.DELIVER, counts: { sent: 3n } }),
  );
  const polled = seen.next();
  await clock.sleeping();
  clock.pass(500);
  await clock.sleeping();
  // No notice came through; the poll finds it.
  clock.pass(2_000);
  expect((await polled).value).toMatchObject({ phase: 'deliver', counts: { sent: 3 } });

  const value = create(SyncReportSchema, { outcome: SyncOutcome.SUCCEEDED });
  await ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value }),
  );
  const over = seen.next();
  await clock.sleeping();
  tell(id);
  clock.pass(500);
  expect((await over).value).toMatchObject({ state: 'succeeded' });
  expect(await seen.next()).toEqual({ value: undefined, done: true });
  expect({ listeners: listeners.size, sleepers: clock.sleepers }).toEqual({
    listeners: 0,
    sleepers: 0,
  });
});

it('lets go of everything when it is closed while it waits', async () => {
  const id = await ground.start('sync-0');
  const seen = await updates.of(ground.caller, id);
  await seen.next();
  const waiting = seen.next();
  await clock.sleeping();
  await seen.return?.();
  expect(await waiting).toEqual({ value: undefined, done: true });
  expect({ listeners: listeners.size, sleepers: clock.sleepers }).toEqual({
    listeners: 0,
    sleepers: 0,
  });
});

it('tells nothing of a run of another workspace', async () => {
  const id = await ground.start('sync-0');
  const stranger = await ground.makeWorkspace();
  await expect(updates.of(stranger, id)).rejects.toMatchObject({ code: 'run.not_found' });
});
