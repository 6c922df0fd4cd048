import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { Clock } from '../clock.js';
import type { AlertWhy } from '../event/alert-why.js';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';
import { raise, resolve } from './alert-row.js';
import { AlertService } from './alert.service.js';
import { defaultRules } from './rule.js';
import { Watcher } from './watcher.js';

let ground: Ground;
let service: AlertService;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
  await ground.apply(yamlOfSyncs(3));
  service = new AlertService(ground.tenancy);
});
afterEach(() => ground.close());

const failure: AlertWhy = { kind: 'failed', state: 'failed', code: 'source.unreachable', runs: 1 };
const subjectOf = async (sync: string) => {
  const { id } = await ground.database.sync.findFirstOrThrow({ where: { name: sync } });
  return { workspaceId: ground.caller.workspaceId, subjectId: id, syncId: id };
};
async function fail(sync: string): Promise<string> {
  const about = await subjectOf(sync);
  await ground.database.$transaction((tx) =>
    raise(tx, [{ ...about, rule: defaultRules[0]!, why: failure }]),
  );
  const where = { subjectId: about.subjectId, resolvedAt: null };
  return (await ground.database.alert.findFirstOrThrow({ where })).id;
}
async function recover(sync: string): Promise<void> {
  const about = await subjectOf(sync);
  await ground.database.$transaction((tx) =>
    resolve(tx, [{ ...about, rule: 'failed' }], 'recovered'),
  );
}
const told = async () => {
  const where = { kind: { startsWith: 'alert.' } };
  const events = await ground.database.event.findMany({ where, orderBy: { id: 'asc' } });
  return events.map(({ kind, detail }) => ({ ...(detail as object), event: kind }));
};
const inMinutes = (minutes: number): Date => new Date(Date.now() + minutes * 60_000);

it('pages through what was raised, newest first, and finds by state, sync and kind', async () => {
  for (const sync of ['sync-0', 'sync-1', 'sync-2']) await fail(sync);
  await recover('sync-1');
  const first = await service.page(ground.caller, {}, { first: 2 });
  const after = first.pageInfo.endCursor;
  const rest = await service.page(ground.caller, {}, { first: 2, after });
  const nodes = [...first.edges, ...rest.edges].map(({ node }) => node);
  expect(nodes.map(({ sync }) => sync).toSorted()).toEqual(['sync-0', 'sync-1', 'sync-2']);
  expect(rest.pageInfo.hasNextPage).toBe(false);
  expect(nodes.find(({ sync }) => sync === 'sync-1')).toMatchObject({
    state: 'resolved',
    title: 'Sync sync-1 failed',
    severity: 'error',
    muted: false,
  });
  const countOf = async (filter: object, caller = ground.caller) =>
    (await service.page(caller, filter, {})).edges.length;
  expect(await countOf({ state: 'open' })).toBe(2);
  expect(await countOf({ state: 'resolved', sync: 'sync-1', kind: 'failed' })).toBe(1);
  expect(await countOf({ sync: 'nothing' })).toBe(0);
  expect(await countOf({ kind: 'missed' })).toBe(0);
  const other = await ground.makeWorkspace();
  expect(await countOf({}, other)).toBe(0);
  const { id } = nodes[0]!;
  await expect(service.mute(other, id)).rejects.toMatchObject({ code: 'alert.not_found' });
  await expect(service.page(other, {}, { after: 'x' })).rejects.toMatchObject({
    code: 'page.bad_cursor',
  });
});

it('tells nobody of what is muted, now or when it comes again, until it is unmuted', async () => {
  const id = await fail('sync-0');
  expect(await service.mute(ground.caller, id)).toMatchObject({ muted: true, state: 'open' });
  await service.mute(ground.caller, id);
  await recover('sync-0');
  await fail('sync-0');
  await recover('sync-0');
  const again = await fail('sync-0');
  // Who was told of its beginning is told of its end.
  expect(await told()).toMatchObject([
    { event: 'alert.raised', alertId: id },
    { event: 'alert.resolved', alertId: id, resolution: 'recovered' },
  ]);
  expect(await service.unmute(ground.caller, again)).toMatchObject({ muted: false });
  await service.unmute(ground.caller, again);
  expect((await told()).slice(2)).toMatchObject([{ event: 'alert.raised', alertId: again }]);
  const audit = await ground.database.auditEntry.findMany({ where: { subjectKind: 'alert' } });
  expect(audit.map(({ action, subjectName }) => [action, subjectName])).toEqual([
    ['alert.mute', 'failed'],
    ['alert.unmute', 'failed'],
  ]);
});

it('tells again of what is still open when its snooze ends', async () => {
  const watcher = new Watcher(ground.tenancy, new Clock());
  const [id, other] = [await fail('sync-0'), await fail('sync-1')];
  const until = inMinutes(60);
  expect(await service.snooze(ground.caller, id, until)).toMatchObject({ snoozedUntil: until });
  await service.snooze(ground.caller, other, until);
  await service.snooze(ground.caller, other, null);
  await watcher.lookAtTime();
  expect(await told()).toHaveLength(2);
  await ground.database
    .$executeRaw`update "Alert" set "snoozedUntil" = now() - interval '1 second' where id = ${id}::uuid`;
  await Promise.all([watcher.lookAtTime(), watcher.lookAtTime()]);
  await watcher.lookAtTime();
  expect((await told()).slice(2)).toMatchObject([{ alertId: id, again: true, why: failure }]);
  for (const bad of [inMinutes(-1), inMinutes(60 * 24 * 32)])
    await expect(service.snooze(ground.caller, id, bad)).rejects.toMatchObject({
      code: 'alert.bad_time',
    });
  await recover('sync-0');
  await expect(service.snooze(ground.caller, id, until)).rejects.toMatchObject({
    code: 'alert.resolved',
  });
});

it('lists the rules that hold, whoever wrote them', async () => {
  const alerts = 'alerts: { failed: { failed: 3, severity: critical }, waiting: off }';
  const { problems, changes } = await ground.apply(yamlOfSyncs(3) + alerts);
  expect(problems).toEqual([]);
  expect(changes.map(({ kind, name, action }) => `${action} ${kind} ${name}`)).toEqual([
    'create alert failed',
    'create alert waiting',
  ]);
  const rules = await service.rules(ground.caller);
  expect(rules.map(({ name, builtIn, text }) => [name, builtIn, text])).toEqual([
    ['agent-offline', true, 'An agent is away for 5 min.'],
    ['failed', false, '3 runs in a row failed or were parked.'],
    ['missed', true, 'A slot of the schedule had no run in time.'],
    ['rejected', true, 'More than 0 rows and more than 5 % of what a run sent were rejected.'],
  ]);
  const files = await ground.configuration.export(ground.caller);
  expect(files.find(({ path }) => path === 'alerts.yaml')?.text).toBe(
    'alerts:\n  failed:\n    failed: 3\n    severity: critical\n  waiting: off\n',
  );
  await ground.apply(yamlOfSyncs(3));
  expect((await service.rules(ground.caller)).every(({ builtIn }) => builtIn)).toBe(true);
});
