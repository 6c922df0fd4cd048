import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MigrationList } from '@prisma/schema-engine-wasm';

const folder = fileURLToPath(new URL('../../../prisma/', import.meta.url));
const migrations = join(folder, 'migrations');

export const readSchema = (): Promise<string> => readFile(join(folder, 'schema.prisma'), 'utf8');

/** Who may do what: after the migrations. */
export const readTenancy = (): Promise<string> => readFile(join(folder, 'tenancy.sql'), 'utf8');

/** In order. */
export async function migrationNames(): Promise<string[]> {
  const entries = await readdir(migrations, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).sort();
}

export const migrationsFolder = migrations;

/** The committed migrations in order, as the engine wants to hear of them. */
export async function readMigrations(): Promise<MigrationList> {
  const names = await migrationNames();
  return {
    baseDir: migrations,
    lockfile: {
      path: 'migration_lock.toml',
      content: await readFile(join(migrations, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map(readMigration)),
  };
}

async function readMigration(name: string): Promise<MigrationList['migrationDirectories'][number]> {
  const value = await readFile(join(migrations, name, 'migration.sql'), 'utf8');
  return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
}
