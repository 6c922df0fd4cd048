import {
  BaselinePointerSchema,
  CatalogSchema,
  create,
  parseSpecification,
  SyncOutcome,
  SyncReportSchema,
} from '@drawbridge/proto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { only, openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const syncRow = (name: string) =>
  ground.database.sync.findFirstOrThrow({
    where: { workspaceId: ground.caller.workspaceId, name },
    include: { versions: { orderBy: { version: 'asc' } } },
  });
const rowCounts = async () => [
  await ground.database.source.count(),
  await ground.database.destination.count(),
  await ground.database.model.count(),
  await ground.database.sync.count({ where: { removedAt: null } }),
];
const exported = async () =>
  parseSpecification(await ground.configuration.export(ground.caller)).specification;

describe('applying a configuration', () => {
  it('makes the workspace what the files say, and exports it as it was', async () => {
    const yaml = yamlOfSyncs(2, ', schedule: { every: 15m }');
    const { applied, problems, changes } = await ground.apply(yaml);
    expect({ applied, problems }).toEqual({ applied: true, problems: [] });
    expect(changes.map(({ kind, name, action }) => `${action} ${kind} ${name}`)).toEqual([
      'create source warehouse',
      'create destination app',
      'create model people',
      'create sync sync-0',
      'create sync sync-1',
    ]);
    const { specification } = parseSpecification([{ path: 'test.yaml', text: yaml }]);
    expect(await exported()).toEqual(specification);
    expect(await ground.apply(yaml)).toMatchObject({ applied: true, changes: [] });
  });

  it('says what would change and changes nothing when it is only asked', async () => {
    await ground.apply(yamlOfSyncs(1));
    const answer = await ground.apply(yamlOfSyncs(2).replace('mode: upsert', 'mode: mirror'), true);
    expect(answer.applied).toBe(false);
    expect(answer.changes).toMatchObject([
      {
        name: 'sync-0',
        action: 'update',
        // A sync that begins to remove is stopped by an empty result from then on.
        difference: [
          '- mode: upsert',
          '+ mode: mirror',
          '-   emptyResult: allow',
          '+   emptyResult: stop',
        ],
      },
      { name: 'sync-1', action: 'create' },
    ]);
    expect(await rowCounts()).toEqual([1, 1, 1, 1]);
  });

  it('says that a new mapping sends unchanged rows again, and another schedule does not', async () => {
    await ground.apply(yamlOfSyncs(2));
    const answer = await ground.apply(
      yamlOfSyncs(2)
        .replace('name: name', 'name: { template: "{{ name | upcase }}" }')
        .replace('object: public.person_1', 'object: public.person_1, schedule: { every: 1h }'),
      true,
    );
    expect(answer.changes.map(({ name, mapping }) => ({ name, mapping }))).toEqual([
      { name: 'sync-0', mapping: 'backfill' },
      { name: 'sync-1', mapping: undefined },
    ]);
  });

  it('says how many rows a new mapping is about, by the last baseline that is known', async () => {
    const yaml = yamlOfSyncs(2);
    const mapped = yaml.replaceAll('name: name', 'name: { template: "{{ name | upcase }}" }');
    await ground.apply(yaml);
    for (const [rows, state] of [
      [700n, SyncOutcome.SUCCEEDED],
      [12_034n, SyncOutcome.COMPLETED_WITH_ERRORS],
      [undefined, SyncOutcome.FAILED],
    ] as const) {
      const agent = await ground.makeAgent();
      await ground.start('sync-0');
      const job = only(await ground.jobs.claim(agent, 1));
      const report = create(SyncReportSchema, { outcome: state, counts: {}, phases: {} });
      if (rows) report.baseline = create(BaselinePointerSchema, { generation: 1n, rows });
      await ground.database.$transaction((tx) =>
        ground.jobs.finish(tx, agent.id, job, { case: 'syncReport', value: report }),
      );
    }
    const { changes } = await ground.apply(mapped, true);
    expect(changes).toMatchObject([
      { name: 'sync-0', mapping: 'backfill', baselineRows: 12_034 },
      { name: 'sync-1', mapping: 'backfill', baselineRows: null },
    ]);
  });

  it('changes nothing at all when one thing is wrong', async () => {
    await ground.apply(yamlOfSyncs(1));
    const answer = await ground.apply(
      `${yamlOfSyncs(3)}\n  broken: { model: nobody, destination: app, object: x, mode: upsert }`,
    );
    expect(answer).toMatchObject({ applied: false, changes: [] });
    expect(answer.problems[0]).toMatchObject({ file: 'test.yaml', code: 'spec.unknown_reference' });
    expect(answer.problems[0]?.line).toBeGreaterThan(1);
    expect(await rowCounts()).toEqual([1, 1, 1, 1]);
  });

  it('refuses more than it can read in a while, before it reads it', async () => {
    await expect(ground.apply(`# ${'x'.repeat(4 * 1_024 * 1_024)}`)).rejects.toMatchObject({
      code: 'configuration.too_large',
    });
    const sources = Array.from({ length: 20_001 }, (_, n) => `s${n}: {type: postgres}`);
    await expect(ground.apply(`sources: {${sources.join(', ')}}`)).rejects.toMatchObject({
      code: 'configuration.too_large',
    });
  });

  it('changes nothing at all when the database fails half way', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.asOwner(
      `alter table "Sync" add constraint no_second_sync check (name <> 'sync-2')`,
    );
    await expect(ground.apply(yamlOfSyncs(4).replace('host: db', 'host: db2'))).rejects.toThrow(
      'no_second_sync',
    );
    expect(await rowCounts()).toEqual([1, 1, 1, 1]);
    expect(JSON.stringify(await exported())).not.toContain('db2');
  });

  it('lets one after the other when several come at once', async () => {
    const sizes = [1, 2, 3, 4, 5];
    const answers = await Promise.all(sizes.map((size) => ground.apply(yamlOfSyncs(size))));
    expect(answers.every(({ applied }) => applied)).toBe(true);
    const names = Object.keys((await exported())?.syncs ?? {});
    expect(sizes).toContain(names.length);
    expect(names.toSorted()).toEqual(names.map((_, n) => `sync-${n}`));
  });

  it('refuses what no agent of the pool can do, with the place where it stands', async () => {
    ground.catalogs.set('default', create(CatalogSchema, { sources: [{ name: 'mysql' }] }));
    const { applied, problems } = await ground.apply(yamlOfSyncs(1));
    expect(applied).toBe(false);
    expect(problems).toMatchObject([
      { code: 'spec.unknown_connector', file: 'test.yaml', line: 3 },
      { code: 'spec.unknown_connector', file: 'test.yaml', line: 5 },
    ]);
    expect(await rowCounts()).toEqual([0, 0, 0, 0]);
  });

  it('refuses a sync that is too large to be sent to an agent', async () => {
    const sql = `select '${'x'.repeat(1_100_000)}' as id`;
    const yaml = yamlOfSyncs(1).replace('table: public.person', `sql: "${sql}"`);
    const { problems } = await ground.apply(yaml);
    expect(problems).toMatchObject([{ code: 'spec.not_sendable', file: 'test.yaml' }]);
  });
});

describe('the version of a sync', () => {
  it('goes up when what an agent runs becomes different, also by its model or connections', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.apply(yamlOfSyncs(1));
    expect(await syncRow('sync-0')).toMatchObject({ version: 1 });
    await ground.apply(yamlOfSyncs(1).replace('db.internal', 'db2.internal'));
    const sync = await syncRow('sync-0');
    expect(sync.version).toBe(2);
    expect(sync.versions.map(({ version }) => version)).toEqual([1, 2]);
    const [first, second] = sync.versions;
    expect(first?.digest).toHaveLength(32);
    expect(first?.digest).not.toEqual(second?.digest);
  });

  it('stays when only the schedule or the order of the fields becomes different', async () => {
    await ground.apply(yamlOfSyncs(1, ', schedule: { every: 1h }'));
    const { nextRunAt } = await syncRow('sync-0');
    await ground.apply(yamlOfSyncs(1, ', schedule: { every: 2h }'));
    const sync = await syncRow('sync-0');
    expect(sync.version).toBe(1);
    expect(sync.nextRunAt?.getTime()).toBe((nextRunAt?.getTime() ?? 0) + 3_600_000);
    expect((await exported())?.syncs['sync-0']?.schedule).toMatchObject({ text: '2h' });
  });

  it('is the one a run was started with, whatever is applied meanwhile', async () => {
    await ground.apply(yamlOfSyncs(1));
    const runId = await ground.start('sync-0');
    await ground.apply(yamlOfSyncs(1).replace('public.person_0', 'public.other'));
    const job = only(await ground.jobs.claim(await ground.makeAgent(), 1));
    expect(job.work.value).toMatchObject({
      runId,
      spec: { version: 1n, object: 'public.person_0' },
    });
    expect(await ground.show(runId)).toMatchObject({ version: 1 });
  });
});

describe('the next run of a sync', () => {
  it('is not pushed away by applying the same again', async () => {
    const yaml = yamlOfSyncs(1, ', schedule: { every: 15m }');
    await ground.apply(yaml);
    const due = new Date('2026-01-01T00:00:00Z');
    await ground.database.sync.updateMany({ data: { nextRunAt: due } });
    await ground.apply(yaml.replace('mode: upsert', 'mode: mirror'));
    expect((await syncRow('sync-0')).nextRunAt).toEqual(due);
    await ground.apply(yamlOfSyncs(1));
    expect((await syncRow('sync-0')).nextRunAt).toBeNull();
  });
});

describe('a sync that leaves the configuration', () => {
  it('keeps its runs readable, takes its model with it, and its live run is stopped', async () => {
    await ground.apply(yamlOfSyncs(1));
    const waiting = await ground.start('sync-0');
    const answer = await ground.apply('');
    expect(answer.changes.map(({ action }) => action)).toEqual(Array(4).fill('remove'));
    expect(await rowCounts()).toEqual([0, 0, 0, 0]);
    expect(await ground.show(waiting)).toMatchObject({ sync: 'sync-0', state: 'cancelled' });
    const page = await ground.history.page(ground.caller, 'sync-0', {});
    expect(page.edges).toHaveLength(1);
    expect(await ground.syncs.find(ground.caller, 'sync-0')).toBeNull();
    await expect(ground.start('sync-0')).rejects.toMatchObject({ code: 'sync.not_found' });
  });

  it('has its agent told to stop', async () => {
    await ground.apply(yamlOfSyncs(1));
    await ground.start('sync-0');
    const agent = await ground.makeAgent();
    const job = only(await ground.jobs.claim(agent, 1));
    await ground.apply('');
    expect(ground.notices).toContainEqual({
      kind: 'job_cancelled',
      agentId: agent.id,
      jobId: job.jobId,
    });
    expect(await ground.jobs.renew(agent.id, [job])).toMatchObject([{ standing: 'cancel' }]);
  });

  it('is the same sync again when its name comes back', async () => {
    await ground.apply(yamlOfSyncs(1));
    const { id } = await syncRow('sync-0');
    await ground.apply('');
    await ground.apply(yamlOfSyncs(1));
    expect(await syncRow('sync-0')).toMatchObject({ id, version: 1, removedAt: null });
    await ground.start('sync-0');
  });
});

it('shows no workspace the configuration of another', async () => {
  await ground.apply(yamlOfSyncs(1));
  const stranger = await ground.makeWorkspace();
  expect(await ground.configuration.export(stranger)).toEqual([]);
  expect(await ground.syncs.find(stranger, 'sync-0')).toBeNull();
  expect((await ground.syncs.page(stranger, {})).edges).toEqual([]);
});
