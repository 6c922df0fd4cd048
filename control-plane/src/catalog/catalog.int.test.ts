import { randomUUID } from 'node:crypto';
import { CatalogSchema, create, FieldType, Mode } from '@drawbridge/proto';
import { beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { openTestApp, type TestApp, type Workspace } from '../testing/test-app.js';
import { CatalogService } from './catalog.service.js';

let app: TestApp;
let catalogs: CatalogService;
let workspace: Workspace;
let made = 0;

beforeAll(async () => {
  app = await openTestApp(inject('postgresUrl'));
  catalogs = app.app.get(CatalogService, { strict: false });
  return () => app.close();
});

beforeEach(async () => {
  workspace = await app.makeWorkspace(`w-${randomUUID()}`);
});

const catalog = (label: string, advice: { vendorCode: string; title: string }[] = []) =>
  create(CatalogSchema, {
    sources: [
      {
        name: 'postgres',
        label,
        settings: [
          {
            name: 'port',
            label: 'Port',
            type: FieldType.NUMBER,
            default: { value: { case: 'number', value: 5432 } },
            maximum: 65_535,
          },
        ],
      },
    ],
    destinations: [
      { name: 'http', label: 'HTTP', objects: [{ name: '*', label: 'URL', modes: [Mode.UPSERT] }] },
    ],
    advice: advice.map((one) => ({ ...one, code: 'source.refused', advice: `Do ${one.title}.` })),
  });

/** Each is newer than the one before. */
async function makeAgent(said?: ReturnType<typeof catalog>, asked = workspace): Promise<string> {
  const pool = await app.database.pool.findFirstOrThrow({ where: { workspaceId: asked.id } });
  const { id } = await app.database.agent.create({
    data: {
      workspaceId: asked.id,
      poolId: pool.id,
      publicKey: new Uint8Array([1]),
      createdAt: new Date(Date.UTC(2026, 0, 1, 0, 0, (made += 1))),
    },
  });
  if (said) await app.database.$transaction((tx) => catalogs.keep(tx, id, said));
  return id;
}

test('what an agent says comes back as it was said', async () => {
  const said = catalog('PostgreSQL', [{ vendorCode: '28P01', title: 'a password' }]);
  await makeAgent(said);
  expect(await catalogs.catalogOf(workspace.id, 'default')).toEqual(said);
});

test('the newest agent that said one speaks for its pool', async () => {
  await makeAgent(catalog('old'));
  await makeAgent(catalog('new'));
  await makeAgent();
  const found = await catalogs.catalogOf(workspace.id, 'default');
  expect(found?.sources[0]?.label).toBe('new');
});

test('a pool that nobody spoke for has none, whatever another workspace has', async () => {
  const other = await app.makeWorkspace(`w-${randomUUID()}`);
  await makeAgent(catalog('theirs', [{ vendorCode: '', title: 'theirs' }]), other);
  expect(await catalogs.catalogOf(workspace.id, 'default')).toBeUndefined();
  expect(await catalogs.catalogOf(workspace.id, 'nowhere')).toBeUndefined();
  expect(
    await catalogs.adviceFor(workspace.id, [{ code: 'source.refused', vendorCode: '' }]),
  ).toEqual([undefined]);
});

test('what a newer release stored is read as far as it is known', async () => {
  const id = await makeAgent(catalog('PostgreSQL'));
  await app.database.$executeRaw`
    update "Agent" set catalog = catalog || '{"lookingGlasses": [1]}' where id = ${id}::uuid`;
  const found = await catalogs.catalogOf(workspace.id, 'default');
  expect(found?.sources[0]?.label).toBe('PostgreSQL');
});

test("advice for the vendor's own code comes before advice for the code alone", async () => {
  await makeAgent(
    catalog('PostgreSQL', [
      { vendorCode: '', title: 'something' },
      { vendorCode: '28P01', title: 'the password' },
    ]),
  );
  // It has an agent of its own without advice, which hides nothing.
  await makeAgent(catalog('PostgreSQL'));
  const problems = [
    { code: 'source.refused', vendorCode: '28P01' },
    { code: 'source.unheard_of', vendorCode: '' },
    { code: 'source.refused', vendorCode: '53300' },
    { code: 'source.refused', vendorCode: '' },
  ];
  expect(await catalogs.adviceFor(workspace.id, problems)).toMatchObject([
    { title: 'the password', advice: 'Do the password.' },
    undefined,
    { title: 'something' },
    { title: 'something' },
  ]);
});
