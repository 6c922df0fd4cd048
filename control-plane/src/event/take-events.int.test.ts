import { create, SyncOutcome, SyncReportSchema } from '@drawbridge/proto';
import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { tellPresence } from '../agent/presence-row.js';
import { AuditService } from '../audit/audit.service.js';
import { forgetOld } from '../database/forget-old.js';
import { only, openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { EventService } from './event.service.js';
import type { NewEvent, StoredEvent } from './event.js';
import { oldEvents } from './forgetter.js';
import { takeEvents } from './take-events.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const missed = (slots: number): NewEvent => ({
  kind: 'run.missed',
  workspaceId: ground.caller.workspaceId,
  detail: { slot: '2026-01-01T00:00:00Z', slots, reason: 'agent.offline' },
});
const emit = (...slots: number[]) =>
  ground.database.$transaction((tx) => EventService.emit(tx, slots.map(missed)));
const take = (consumer = 'test', limit = 1_000): Promise<StoredEvent[]> =>
  ground.database.$transaction((tx) => takeEvents(tx, consumer, limit));
const slotsOf = (events: readonly StoredEvent[]): unknown[] =>
  events.map(({ detail }) => 'slots' in detail && detail.slots);

/** Other tests on the same server may hold events back for a moment. */
async function takeAll(count: number, consumer = 'test'): Promise<StoredEvent[]> {
  const taken: StoredEvent[] = [];
  await vi.waitFor(async () => {
    taken.push(...(await take(consumer)));
    expect(taken).toHaveLength(count);
  }, 10_000);
  return taken;
}

it('passes over no transaction that commits later than one that began after it', async () => {
  const emitted = Promise.withResolvers<void>();
  const mayCommit = Promise.withResolvers<void>();
  const late = ground.database.$transaction(async (tx) => {
    await EventService.emit(tx, [missed(1)]);
    emitted.resolve();
    await mayCommit.promise;
  });
  await emitted.promise;
  await emit(2, 3);
  expect(await take()).toEqual([]);
  mayCommit.resolve();
  await late;
  expect(slotsOf(await takeAll(3))).toEqual([1, 2, 3]);
  expect(await take()).toEqual([]);
});

it('gives each event once to each consumer, however many processes ask and however often they fail', async () => {
  const kept: number[] = [];
  const numbers = Array.from({ length: 120 }, (_, number) => number);
  const writers = numbers.map((number) => emit(number));
  let turn = 0;
  const goOn = async (): Promise<void> => {
    while (kept.length < numbers.length)
      await ground.database
        .$transaction(async (tx) => {
          const events = await takeEvents(tx, 'crowd', 7);
          turn += 1;
          if (turn % 5 === 0) throw new Error('undone');
          return events;
        })
        .then((events) => kept.push(...slotsOf(events).map(Number)))
        .catch((error: Error) => {
          if (error.message !== 'undone') throw error;
        });
  };
  await Promise.all([...writers, goOn(), goOn(), goOn()]);
  expect(kept.toSorted((a, b) => a - b)).toEqual(numbers);
  expect(await takeAll(120, 'another')).toHaveLength(120);
});

it('goes on after the database was restored on a server that counts transactions anew', async () => {
  await emit(1, 2);
  await takeAll(2);
  await emit(3, 4);
  // As a dump of a server that had seen many more transactions.
  await ground.database.$executeRaw`update "Event" set xid = xid + 1000000000`;
  await ground.database.$executeRaw`update "EventCursor" set xid = xid + 1000000000`;
  await emit(5);
  expect(slotsOf(await takeAll(3))).toEqual([3, 4, 5]);
});

it('tells the life of a run, whose start counts once', async () => {
  await ground.apply(yamlOfSyncs(1));
  const runId = await ground.start('sync-0');
  const agent = await ground.makeAgent();
  const accepted = async () => {
    const job = only(await ground.jobs.claim(agent, 1));
    await ground.database.$transaction((tx) => ground.jobs.accept(tx, agent.id, job));
    return job;
  };
  await accepted();
  await ground.expireLeases();
  await ground.jobs.rescue();
  const job = await accepted();
  const value = create(SyncReportSchema, {
    outcome: SyncOutcome.SUCCEEDED,
    counts: { queried: 7n, added: 7n, sent: 7n },
  });
  for (let time = 0; time < 2; time += 1)
    await ground.database.$transaction((tx) =>
      ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value }),
    );
  const events = await ground.database.event.findMany({ where: { runId }, orderBy: { id: 'asc' } });
  expect(events).toMatchObject([
    { kind: 'run.queued', detail: { trigger: 'api' } },
    { kind: 'run.started' },
    {
      kind: 'run.finished',
      detail: {
        state: 'succeeded',
        code: null,
        durationMs: expect.any(Number),
        counts: { sent: 7, rejected: 0 },
      },
    },
  ]);
});

it('tells that a run waits, that it is parked, and that a person ended it', async () => {
  await ground.apply(yamlOfSyncs(2));
  const agent = await ground.makeAgent();
  const waiting = await ground.start('sync-0');
  const job = only(await ground.jobs.claim(agent, 1));
  const value = create(SyncReportSchema, {
    outcome: SyncOutcome.WAITING_APPROVAL,
    planDigest: 'ab'.repeat(32),
  });
  await ground.database.$transaction((tx) =>
    ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value }),
  );
  await ground.runs.cancel(ground.caller, waiting);
  const parked = await ground.start('sync-1');
  for (let turn = 1; turn <= 4; turn += 1) {
    only(await ground.jobs.claim(agent, 1));
    await ground.expireLeases();
    await ground.jobs.rescue();
  }
  const kindsOf = async (runId: string) =>
    (await ground.database.event.findMany({ where: { runId }, orderBy: { id: 'asc' } })).map(
      ({ kind, detail }) => [
        kind,
        detail && typeof detail === 'object' && 'state' in detail ? detail.state : null,
      ],
    );
  expect(await kindsOf(waiting)).toEqual([
    ['run.queued', null],
    ['run.waiting', 'waiting_approval'],
    ['run.finished', 'cancelled'],
  ]);
  expect(await kindsOf(parked)).toEqual([
    ['run.queued', null],
    ['run.parked', null],
  ]);
});

it('tells once that an agent came, fell silent, came back and was revoked', async () => {
  const { id } = await ground.makeAgent();
  const { database } = ground;
  const look = async () => {
    await Promise.all([tellPresence(database, 45_000), tellPresence(database, 45_000)]);
    const [last] = await database.event.findMany({
      where: { agentId: id },
      orderBy: { id: 'desc' },
    });
    const count = await database.event.count({ where: { agentId: id } });
    return [count, last?.kind, last?.detail];
  };
  expect(await look()).toEqual([0, undefined, undefined]);
  await database.$executeRaw`update "Agent" set "sessionId" = gen_random_uuid(), "lastSeenAt" = now()`;
  expect(await look()).toEqual([1, 'agent.online', {}]);
  // Its line broke: it has as long as any other to come back.
  await database.$executeRaw`update "Agent" set "sessionId" = null`;
  expect(await look()).toEqual([1, 'agent.online', {}]);
  await database.$executeRaw`update "Agent" set "lastSeenAt" = now() - interval '46 seconds'`;
  expect(await look()).toEqual([2, 'agent.offline', { reason: 'silent' }]);
  await database.$executeRaw`update "Agent" set "sessionId" = gen_random_uuid(), "lastSeenAt" = now()`;
  expect(await look()).toEqual([3, 'agent.online', {}]);
  await database.$executeRaw`update "Agent" set "revokedAt" = now()`;
  expect(await look()).toEqual([4, 'agent.offline', { reason: 'revoked' }]);
});

it('tells what the audit log writes, and nothing of what was undone', async () => {
  const deed = { action: 'sync.pause', subject: { kind: 'sync', name: 'a name' } };
  await ground.database.$transaction((tx) => AuditService.record(tx, ground.caller, deed));
  await ground.database
    .$transaction(async (tx) => {
      await AuditService.record(tx, ground.caller, deed);
      throw new Error('undone');
    })
    .catch(() => undefined);
  expect(await ground.database.event.findMany()).toMatchObject([
    {
      kind: 'audit.recorded',
      detail: { sequence: 1, action: 'sync.pause', subjectKind: 'sync', subjectId: null },
    },
  ]);
});

it('forgets after a week', async () => {
  await emit(1, 2);
  await ground.database.$executeRaw`
    update "Event" set "createdAt" = now() - interval '8 days' where detail ->> 'slots' = '1'`;
  await forgetOld(ground.database, oldEvents);
  expect(await ground.database.event.count()).toBe(1);
});
