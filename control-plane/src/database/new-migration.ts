// Writes the next migration: what a database with all committed migrations lacks to be what schema.prisma says.
//
//   DATABASE_URL=… npm run migration -w control-plane -- add_pauses      (an empty scratch database)
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { driftOf, migrate } from './migrate.js';
import { migrationsFolder } from './migration-files.js';
import { Clock } from '../clock.js';
import { scratchUrl } from '../config.js';

const [name = ''] = process.argv.slice(2);
if (!/^[a-z][a-z0-9_]*$/.test(name))
  throw new Error('Name the migration: lower case, digits and _.');
const url = scratchUrl();
await migrate(url);
const sql = await driftOf(url);
if (sql === '') process.stdout.write('Nothing to migrate: schema and migrations agree.\n');
else {
  const stamp = new Clock().now().toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const folder = join(migrationsFolder, `${stamp}_${name}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), `${sql}\n`);
  process.stdout.write(`${folder}\n`);
}
