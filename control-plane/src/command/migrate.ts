import { AppError } from '../app-error.js';
import { readConfig } from '../config.js';
import { driftOf } from '../database/migrate.js';
import { prepareDatabase } from '../database/prepare.js';

export async function migrateCommand(options: { check?: boolean }): Promise<void> {
  const config = readConfig();
  if (options.check) return check(config.directDatabaseUrl);
  const applied = await prepareDatabase(config);
  process.stdout.write(`${applied.join('\n') || 'Nothing to apply.'}\n`);
}

async function check(databaseUrl: string): Promise<void> {
  const drift = await driftOf(databaseUrl);
  if (drift === '') return void process.stdout.write('Schema and database agree.\n');
  throw new AppError('migration.drift', `The database is not what the schema says:\n${drift}`);
}
