import { CatalogSchema, create, parseSpecification } from '@drawbridge/proto';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { openGround, yamlOfSyncs, type Ground } from '../job/testing/ground.js';

let ground: Ground;
beforeEach(async () => {
  ground = await openGround(inject('postgresUrl'));
});
afterEach(() => ground.close());

const exported = async () =>
  parseSpecification(await ground.configuration.export(ground.caller)).specification;
const difference = async (from: number, to?: number) =>
  (await ground.versions.difference(ground.caller, from, to)).map(
    ({ kind, name, action, difference: lines }) => [`${action} ${kind} ${name}`, ...lines],
  );
const restore = (version: number, options: { dryRun?: boolean; expectedVersion?: number } = {}) =>
  ground.versions.restore(ground.caller, { version, ...options });

/** Three versions: one sync, two syncs, and the first one mirrored with another host. */
async function makeHistory(): Promise<void> {
  await ground.apply(yamlOfSyncs(1));
  await ground.apply(yamlOfSyncs(2));
  await ground.apply(yamlOfSyncs(1).replace('upsert', 'mirror').replace('db.', 'db2.'));
}

describe('versions of the configuration', () => {
  it('count every change, say who made it and where, and none is made of nothing', async () => {
    await makeHistory();
    expect(await ground.apply('', true)).toMatchObject({ applied: false, version: 3 });
    const again = yamlOfSyncs(1).replace('upsert', 'mirror').replace('db.', 'db2.');
    expect(await ground.apply(again)).toMatchObject({ version: 3, changes: [] });
    const first = await ground.versions.page(ground.caller, { first: 2 });
    expect(first.edges.map(({ node }) => node)).toMatchObject([
      { number: 3, changes: 3, actor: 'test', actorKind: 'key', door: 'api', restoredFrom: null },
      { number: 2, changes: 1 },
    ]);
    const after = first.pageInfo.endCursor;
    const last = await ground.versions.page(ground.caller, { first: 2, after });
    expect(last.edges.map(({ node }) => node.number)).toEqual([1]);
    const stranger = await ground.makeWorkspace();
    expect((await ground.versions.page(stranger, {})).edges).toEqual([]);
  });

  it('tell what became different between any two, forwards and backwards', async () => {
    await makeHistory();
    const [made, ...others] = await difference(1, 2);
    expect(made).toEqual(expect.arrayContaining(['create sync sync-1', '+ mode: upsert']));
    expect(others).toEqual([]);
    expect(await difference(1)).toMatchObject([
      ['update source warehouse', '-   host: db.internal', '+   host: db2.internal'],
      [
        'update sync sync-0',
        '- mode: upsert',
        '+ mode: mirror',
        '-   emptyResult: allow',
        '+   emptyResult: stop',
      ],
    ]);
    expect((await difference(3, 2)).map(([line]) => line)).toEqual([
      'update source warehouse',
      'update sync sync-0',
      'create sync sync-1',
    ]);
    expect(await difference(2, 2)).toEqual([]);
    await expect(difference(1, 4)).rejects.toMatchObject({
      code: 'configuration.version_not_found',
    });
  });

  it('refuse a change by somebody who looked at an older one', async () => {
    await makeHistory();
    const files = [{ path: 'a.yaml', text: '' }];
    const late = ground.configuration.apply(ground.caller, { files, expectedVersion: 2 });
    await expect(late).rejects.toMatchObject({ code: 'configuration.changed' });
    expect(
      await ground.configuration.apply(ground.caller, { files, expectedVersion: 3 }),
    ).toMatchObject({ applied: true, version: 4 });
  });
});

describe('restoring a version', () => {
  it('makes the workspace what it was, as one more change', async () => {
    await makeHistory();
    const two = parseSpecification([{ path: 'a.yaml', text: yamlOfSyncs(2) }]).specification;
    const planned = await restore(2, { dryRun: true });
    expect(planned).toMatchObject({ applied: false, version: 3 });
    expect(await restore(2, { expectedVersion: 3 })).toMatchObject({
      applied: true,
      version: 4,
      changes: planned.changes,
    });
    expect(await exported()).toEqual(two);
    const [newest] = (await ground.versions.page(ground.caller, { first: 1 })).edges;
    expect(newest?.node).toMatchObject({ number: 4, restoredFrom: 2, changes: 3 });
    await restore(0);
    expect(await exported()).toEqual({
      sources: {},
      destinations: {},
      models: {},
      syncs: {},
      alerts: {},
    });
    await restore(4);
    expect(await exported()).toEqual(two);
    const entries = await ground.database.auditEntry.findMany({ where: { subjectName: 'sync-1' } });
    expect(entries.map(({ action }) => action)).toEqual([
      'configuration.create',
      'configuration.remove',
      'configuration.create',
      'configuration.remove',
      'configuration.create',
    ]);
  });

  it('changes nothing where the agents of today could not do it, and says what', async () => {
    await makeHistory();
    await restore(0);
    ground.catalogs.set('default', create(CatalogSchema, { sources: [{ name: 'mysql' }] }));
    const { applied, problems, version } = await restore(2);
    expect({ applied, version }).toEqual({ applied: false, version: 4 });
    expect(problems).toMatchObject([
      { code: 'spec.unknown_connector', file: 'destinations.yaml' },
      { code: 'spec.unknown_connector', file: 'sources.yaml' },
    ]);
    expect(await exported()).toMatchObject({ syncs: {} });
    await expect(restore(-1)).rejects.toMatchObject({ code: 'configuration.version_not_found' });
  });
});

it('writes one sync of many anew when one changes, and all that stand on a source', async () => {
  await ground.apply(yamlOfSyncs(3));
  const versions = async () =>
    (await ground.database.sync.findMany({ orderBy: { name: 'asc' } })).map(
      ({ version }) => version,
    );
  await ground.apply(yamlOfSyncs(3).replace('public.person_1', 'public.other'));
  expect(await versions()).toEqual([1, 2, 1]);
  await ground.apply(yamlOfSyncs(3).replace('db.', 'db2.'));
  expect(await versions()).toEqual([2, 3, 2]);
});
