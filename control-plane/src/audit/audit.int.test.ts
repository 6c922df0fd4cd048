import { verifyChain } from '@drawbridge/proto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { openGround, type Ground } from '../job/testing/ground.js';
import { exportedEntryOf } from '../trail/exported-entry.js';
import { AuditService, systemOf } from './audit.service.js';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterAll(() => ground.close());

const entriesOf = async (workspaceId: string) =>
  (
    await ground.database.auditEntry.findMany({
      where: { workspaceId },
      orderBy: { sequence: 'asc' },
    })
  ).map(exportedEntryOf);

const deed = (name: string) => ({
  action: 'sync.pause',
  subject: { kind: 'sync', name },
  after: { ü: [1.5, null, '"\u2028\u0001'], a: { z: true, '10': 1, '9': 2 } },
});

it('numbers and chains what many write at once, and loses a number to no failed transaction', async () => {
  const [one, other] = [await ground.makeWorkspace(), await ground.makeWorkspace()];
  await Promise.all(
    Array.from({ length: 24 }, (_, number) =>
      ground.database
        .$transaction(async (tx) => {
          await AuditService.record(tx, number % 2 ? one : other, deed(`s-${number}`));
          if (number % 6 === 0) throw new Error('undone');
        })
        .catch(() => undefined),
    ),
  );
  expect(await verifyChain(await entriesOf(one.workspaceId))).toMatchObject({
    kind: 'whole',
    entries: 12,
    first: 1,
  });
  const whole = await entriesOf(other.workspaceId);
  expect(await verifyChain(whole)).toMatchObject({ kind: 'whole', entries: 8, last: 8 });
  expect(await verifyChain(whole.slice(3))).toMatchObject({ kind: 'whole', entries: 5, first: 4 });
});

it('chains what one transaction does in order, however many statements that takes', async () => {
  const caller = await ground.makeWorkspace();
  const names = Array.from({ length: 1_203 }, (_, number) => `s-${number}`);
  await ground.database.$transaction(async (tx) => {
    await AuditService.record(tx, caller, deed('first'));
    await AuditService.recordAll(tx, caller, names.map(deed));
    await AuditService.record(tx, caller, deed('last'));
  });
  const whole = await entriesOf(caller.workspaceId);
  expect(whole.map(({ subject }) => subject.name)).toEqual(['first', ...names, 'last']);
  expect(await verifyChain(whole)).toMatchObject({ kind: 'whole', entries: 1_205, last: 1_205 });
});

it('names the first entry that was changed, left out or put in', async () => {
  const { workspaceId } = await ground.makeWorkspace();
  const actor = { ...systemOf(workspaceId, 'test'), address: '203.0.113.7', userAgent: 'curl/8' };
  for (let number = 0; number < 4; number += 1)
    await ground.database.$transaction((tx) => AuditService.record(tx, actor, deed('s')));
  const whole = await entriesOf(workspaceId);
  const [, second] = whole;
  const changes = [
    { actor: { ...second!.actor, name: 'else' } },
    { after: null },
    { before: {} },
    { userAgent: 'curl/' },
    { createdAt: '2026-01-01T00:00:00.000Z' },
  ];
  for (const change of changes) {
    const forged = whole.map((entry) => (entry === second ? { ...entry, ...change } : entry));
    expect(await verifyChain(forged)).toEqual({ kind: 'broken', sequence: 2, why: 'changed' });
  }
  const gap = whole.filter((entry) => entry !== second);
  expect(await verifyChain(gap)).toEqual({ kind: 'broken', sequence: 3, why: 'missing' });
  const unlinked = whole.map((entry) =>
    entry === second ? { ...entry, previous: entry.hash } : entry,
  );
  expect(await verifyChain(unlinked)).toMatchObject({ sequence: 2, why: 'not_linked' });
});

it('refuses every change, but the removal that the owner says is for retention', async () => {
  const caller = await ground.makeWorkspace();
  const { database } = ground;
  await database.$transaction((tx) => AuditService.record(tx, caller, deed('kept')));
  for (const sql of [
    `update "AuditEntry" set actor = 'me'`,
    'delete from "AuditEntry"',
    'truncate "AuditEntry"',
  ]) {
    await expect(database.$executeRawUnsafe(sql)).rejects.toThrow(/42501/);
    await expect(ground.asOwner(sql)).rejects.toThrow(/never changed/);
  }
  const [before] = await entriesOf(caller.workspaceId);
  expect(before).toMatchObject({ sequence: 1, action: 'sync.pause' });
  await ground.asOwner(`
    begin; set local drawbridge.audit_retention = 'on';
    delete from "AuditEntry" where "workspaceId" = '${caller.workspaceId}'; commit`);
  await database.$transaction((tx) => AuditService.record(tx, caller, deed('next')));
  expect(await entriesOf(caller.workspaceId)).toMatchObject([
    { sequence: 2, previous: before!.hash },
  ]);
});
