import { create, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import type { AlertRuleEntry } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { Clock } from '../clock.js';
import { EventService } from '../event/event.service.js';
import { ordinary } from '../run/run-options.js';
import { only, openGround, yamlOfSyncs, type Agent, type Ground } from '../job/testing/ground.js';
import { forgetAlerts } from './forget.js';
import { Watcher } from './watcher.js';

let ground: Ground;
let agent: Agent;
let watcher: Watcher;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  await ground.apply(yamlOfSyncs(2));
  agent = await ground.makeAgent();
  watcher = new Watcher(ground.tenancy, new Clock());
});
afterEach(() => ground.close());

interface Ending {
  outcome?: SyncOutcome;
  counts?: Partial<Record<'queried' | 'added' | 'sent' | 'rejected', bigint>>;
}

async function end(job: Awaited<ReturnType<typeof accepted>>, ending: Ending): Promise<void> {
  const { outcome = SyncOutcome.SUCCEEDED, counts = {} } = ending;
  const value = create(SyncReportSchema, {
    outcome,
    counts,
    ...(outcome === SyncOutcome.WAITING_APPROVAL && { planDigest: 'ab'.repeat(32) }),
  });
  await ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value }),
  );
}

async function accepted() {
  const job = only(await ground.jobs.claim(agent, 1));
  await ground.database.$transaction((tx) => ground.jobs.accept(tx, agent.id, job));
  return job;
}

/** A run of `sync-0`, from its start to its end, and what the watcher makes of it. */
async function run(ending: Ending = {}, options = ordinary): Promise<void> {
  await ground.runs.start(ground.caller, 'sync-0', options);
  await end(await accepted(), ending);
  await watch();
}

/** Takes all there is. Other tests on the same server may hold events back for a moment. */
async function watch(by = [watcher]): Promise<void> {
  await vi.waitFor(async () => {
    await Promise.all(by.map((one) => one.takeEvents()));
    const [left] = await ground.database.$queryRaw<{ count: number }[]>`
      select count(*)::int as count from "Event", "EventCursor" as cursor
      where cursor.consumer = 'alerts' and ("Event".xid, "Event".id) > (cursor.xid, cursor.id)`;
    expect(left?.count).toBe(0);
  }, 10_000);
}

async function rule(name: string, spec: Partial<AlertRuleEntry> | { off: true }): Promise<void> {
  const { workspaceId } = ground.caller;
  const entry = 'off' in spec ? spec : { severity: 'error', syncs: [], channels: [], ...spec };
  await ground.database.alertRule.create({ data: { workspaceId, name, spec: entry as object } });
}

/** What was told so far, oldest first. */
async function told(): Promise<unknown[]> {
  await watch();
  const events = await ground.database.event.findMany({
    where: { kind: { startsWith: 'alert.' } },
    orderBy: { id: 'asc' },
  });
  return events.map(({ kind, detail }) => [kind, (detail as { alert: string }).alert]);
}
const raisedOf = (kind: string) => ['alert.raised', kind];
const resolvedOf = (kind: string) => ['alert.resolved', kind];

/** As if so much time had passed since everything that is written about runs and alerts. */
async function pass(minutes: number): Promise<void> {
  await ground.database.$executeRaw`
    update "Alert" set "raisedAt" = "raisedAt" - make_interval(mins => ${minutes}::int),
      "quietSince" = "quietSince" - make_interval(mins => ${minutes}::int),
      "snoozedUntil" = "snoozedUntil" - make_interval(mins => ${minutes}::int)`;
  await ground.database.$executeRaw`
    update "Run" set "startedAt" = "startedAt" - make_interval(mins => ${minutes}::int),
      "waitingSince" = "waitingSince" - make_interval(mins => ${minutes}::int),
      "finishedAt" = "finishedAt" - make_interval(mins => ${minutes}::int)`;
  await watcher.lookAtTime();
}

it('tells once of a failure and once of its end, without any configuration', async () => {
  await run();
  expect(await told()).toEqual([]);
  await run({ outcome: SyncOutcome.FAILED });
  await run({ outcome: SyncOutcome.FAILED });
  expect(await told()).toEqual([raisedOf('failed')]);
  await run();
  await run();
  expect(await told()).toEqual([raisedOf('failed'), resolvedOf('failed')]);
  expect(await ground.database.alert.findMany()).toMatchObject([
    { rule: 'failed', times: 2, resolution: 'recovered', why: { kind: 'failed', state: 'failed' } },
  ]);
  // Kept as long as the workspace keeps its runs.
  for (const [days, left] of [
    [399, 1],
    [401, 0],
  ] as const) {
    await ground.database.$executeRaw`
      update "Alert" set "resolvedAt" = now() - make_interval(days => ${days}::int)`;
    await forgetAlerts(ground.database);
    expect(await ground.database.alert.count()).toBe(left);
  }
});

it('tells once, however many watchers there are', async () => {
  await ground.apply(yamlOfSyncs(12));
  for (let n = 0; n < 12; n += 1) await ground.start(`sync-${n}`);
  for (const job of await ground.jobs.claim(agent, 12)) {
    await ground.database.$transaction((tx) => ground.jobs.accept(tx, agent.id, job));
    await end(job, { outcome: SyncOutcome.FAILED });
  }
  const watchers = Array.from({ length: 4 }, () => new Watcher(ground.tenancy, new Clock()));
  await watch(watchers);
  await Promise.all(watchers.map((one) => one.lookAtTime()));
  expect(await told()).toEqual(Array.from({ length: 12 }, () => raisedOf('failed')));
});

it('counts a parked run as failed, and asks for as many failures in a row as its rule says', async () => {
  await rule('twice', { when: { kind: 'failed', runs: 2 }, syncs: ['sync-0'] });
  await run({ outcome: SyncOutcome.FAILED });
  expect(await told()).toEqual([]);
  const runId = await ground.start('sync-0');
  for (let turn = 1; turn <= 4; turn += 1) {
    only(await ground.jobs.claim(agent, 1));
    await ground.expireLeases();
    await ground.jobs.rescue();
  }
  expect(await told()).toEqual([raisedOf('failed')]);
  expect(await ground.database.alert.findMany()).toMatchObject([
    { rule: 'twice', runId, why: { kind: 'failed', state: 'parked', runs: 2 } },
  ]);
});

it('looks at what was rejected by count and percent, and leaves a rule that is off alone', async () => {
  const some = { outcome: SyncOutcome.COMPLETED_WITH_ERRORS, counts: { sent: 90n, rejected: 10n } };
  await run({ ...some, counts: { sent: 990n, rejected: 10n } });
  expect(await told()).toEqual([]);
  await run(some);
  expect(await told()).toEqual([raisedOf('rejected')]);
  expect(await ground.database.alert.findMany()).toMatchObject([
    { severity: 'warning', why: { kind: 'rejected', rejected: 10, percent: 10 } },
  ]);
  await rule('rejected', { off: true });
  await watcher.lookAtTime();
  expect(await ground.database.alert.findMany()).toMatchObject([{ resolution: 'withdrawn' }]);
  await run(some);
  expect(await told()).toEqual([raisedOf('rejected'), resolvedOf('rejected')]);
});

it('finds a volume that is not as usual, and compares ordinary runs alone', async () => {
  await rule('rows', { when: { kind: 'volume', of: 'rows', percent: 50, rows: 5, last: 5 } });
  for (const queried of [100n, 10_000n, 102n, 98n]) await run({ counts: { queried } });
  expect(await told()).toEqual([]);
  await run({ counts: { queried: 9_000n } }, { ...ordinary, onlyRejected: true });
  await run({ counts: { queried: 20n } });
  expect(await told()).toEqual([raisedOf('volume')]);
  expect(await ground.database.alert.findMany()).toMatchObject([
    { why: { kind: 'volume', of: 'rows', count: 20, usual: 101 } },
  ]);
  await run({ counts: { queried: 110n } });
  expect(await told()).toEqual([raisedOf('volume'), resolvedOf('volume')]);
});

it('tells of a start that was missed until one is made', async () => {
  const { id } = await ground.database.sync.findFirstOrThrow({ where: { name: 'sync-0' } });
  const { workspaceId } = ground.caller;
  const detail = { slot: '2026-01-01T00:00:00Z', slots: 3, reason: 'scheduler.late' };
  await ground.database.$transaction((tx) =>
    EventService.emit(tx, [{ kind: 'run.missed', workspaceId, syncId: id, detail }]),
  );
  expect(await told()).toEqual([raisedOf('missed')]);
  await run();
  expect(await told()).toEqual([raisedOf('missed'), resolvedOf('missed')]);
});

it('sees what takes too long, what waits, and what had no success', async () => {
  const limit = { ms: 1_800_000, text: '30m' };
  await rule('slow', { when: { kind: 'duration', limit } });
  await rule('stale', { when: { kind: 'no_success', within: { ms: 7_200_000, text: '2h' } } });
  await run();
  await ground.start('sync-0');
  const job = await accepted();
  await pass(20);
  expect(await told()).toEqual([]);
  await pass(20);
  await pass(1);
  expect(await told()).toEqual([raisedOf('duration')]);
  await end(job, { outcome: SyncOutcome.WAITING_APPROVAL });
  await pass(2);
  expect(await told()).toEqual([raisedOf('duration'), raisedOf('waiting')]);
  await pass(90);
  const { runId } = await ground.database.alert.findFirstOrThrow({ where: { kind: 'waiting' } });
  await ground.runs.cancel(ground.caller, runId!);
  await watcher.lookAtTime();
  await run();
  await watcher.lookAtTime();
  expect((await told()).slice(2)).toEqual([
    raisedOf('no_success'),
    resolvedOf('waiting'),
    resolvedOf('duration'),
    resolvedOf('no_success'),
  ]);
});

it('tells of an agent that is away for five minutes, and nothing more of one that was revoked', async () => {
  const away = (minutes: number) =>
    ground.database.$executeRaw`
      update "Agent" set presence = 'offline', "lastSeenAt" = now() - make_interval(mins => ${minutes}::int)`;
  await away(4);
  await watcher.lookAtTime();
  expect(await told()).toEqual([]);
  await away(6);
  await watcher.lookAtTime();
  await watcher.lookAtTime();
  expect(await told()).toEqual([raisedOf('agent_offline')]);
  await ground.database.$executeRaw`update "Agent" set "revokedAt" = now()`;
  await watcher.lookAtTime();
  expect(await told()).toEqual([raisedOf('agent_offline'), resolvedOf('agent_offline')]);
  expect(await ground.database.alert.findMany()).toMatchObject([
    { agentId: agent.id, resolution: 'withdrawn' },
  ]);
});

it('keeps an alert open that comes and goes, until it has kept quiet for half an hour', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    await run({ outcome: SyncOutcome.FAILED });
    await run();
  }
  const pair = [raisedOf('failed'), resolvedOf('failed')];
  expect(await told()).toEqual([...pair, ...pair, ...pair, raisedOf('failed')]);
  await pass(20);
  await run({ outcome: SyncOutcome.FAILED });
  await run();
  await pass(20);
  expect(await told()).toHaveLength(7);
  await pass(20);
  expect((await told()).slice(7)).toEqual([resolvedOf('failed')]);
});
