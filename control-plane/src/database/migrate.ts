import { AppError } from '../app-error.js';
import { readMigrations, readSchema } from './migration-files.js';
import { withSchemaEngine } from './schema-engine.js';
import { whileLocked } from './migration-lock.js';

const noFilters = { externalTables: [], externalEnums: [] };

/** Applies what is missing, under a lock: replicas that start together wait for each other. Names what was applied. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const schema = await readSchema();
  const migrationsList = await readMigrations();
  const input = { migrationsList, filters: noFilters };
  return whileLocked(databaseUrl, () =>
    withSchemaEngine(databaseUrl, schema, async (engine) => {
      const { editedMigrationNames, failedMigrationNames } = await engine.diagnoseMigrationHistory({
        ...input,
        optInToShadowDatabase: false,
      });
      refuse('migration.edited', 'was changed after it was applied', editedMigrationNames);
      refuse(
        'migration.failed',
        'failed half way; mend the database by hand',
        failedMigrationNames,
      );
      return (await engine.applyMigrations(input)).appliedMigrationNames;
    }),
  );
}

/** What the schema has and a migrated database has not, or the other way round, as SQL; empty when they agree. */
export async function driftOf(databaseUrl: string): Promise<string> {
  const schema = await readSchema();
  const files = [{ path: 'schema.prisma', content: schema }];
  const { stdout } = await withSchemaEngine(databaseUrl, schema, (engine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: noFilters,
    }),
  );
  const text = stdout ?? '';
  return text.includes('This is an empty migration') ? '' : text.trim();
}

function refuse(code: string, what: string, names: readonly string[]): void {
  if (names.length > 0) throw new AppError(code, `The migration ${names.join(', ')} ${what}.`);
}
