import { makeDatabase, type TestDatabase } from '@drawbridge/local/testing/database.js';
import pg from 'pg';
import { beforeEach, expect, inject, test } from 'vitest';
import { readMigrations } from './migration-files.js';
import { driftOf, migrate } from './migrate.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The server that the whole test run shares. */
    postgresUrl: string;
  }
}

let database: TestDatabase;

beforeEach(async () => {
  database = await makeDatabase(inject('postgresUrl'));
  return () => database.close();
});

async function query<Row>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

const committed = async (): Promise<string[]> =>
  (await readMigrations()).migrationDirectories.map(({ path }) => path);

test('applies every migration, then nothing', async () => {
  expect(await migrate(database.url)).toEqual(await committed());
  expect(await migrate(database.url)).toEqual([]);
});

test('processes that start together apply each migration once', async () => {
  const applied = await Promise.all([1, 2, 3].map(() => migrate(database.url)));
  expect(applied.flat()).toEqual(await committed());
  const [{ count } = { count: '' }] = await query<{ count: string }>(
    'select count(*) from _prisma_migrations',
  );
  expect(Number(count)).toBe((await committed()).length);
});

test('schema and migrations agree', async () => {
  await migrate(database.url);
  expect(
    await driftOf(database.url),
    'Write the next migration: npm run migration -w control-plane -- <name>',
  ).toBe('');
});

test('a database that somebody changed is found', async () => {
  await migrate(database.url);
  await query('alter table "Workspace" add column extra text');
  expect(await driftOf(database.url)).toContain('extra');
});

test('a migration that was changed after it was applied is refused', async () => {
  await migrate(database.url);
  await query(`update _prisma_migrations set checksum = 'another'`);
  await expect(migrate(database.url)).rejects.toMatchObject({ code: 'migration.edited' });
});

test('a database that is not there is told plainly, without its address', async () => {
  const url = 'postgresql://somebody:a-password@127.0.0.1:1/nowhere';
  const error = await migrate(url).catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: 'database.unreachable' });
  expect((error as Error).message).not.toContain('a-password');
});
