#!/usr/bin/env node
import 'reflect-metadata';
import { Command } from 'commander';
import { AppError } from './app-error.js';
import { environmentHelp } from './command/environment.js';
import { migrateCommand } from './command/migrate.js';
import { showRoles } from './command/roles.js';
import { setUp } from './command/set-up.js';
import { start } from './command/start.js';

const program = new Command('drawbridge-control-plane')
  .description('Knows who wants what, when, and how it went.')
  .addHelpText('after', environmentHelp)
  .showHelpAfterError();

program
  .command('start', { isDefault: true })
  .description('apply migrations, then serve the UI, GraphQL and agents until SIGTERM')
  .addHelpText(
    'after',
    '\nExample:\n  DATABASE_URL=postgresql://… DRAWBRIDGE_SECRET=… drawbridge-control-plane start',
  )
  .action(start);

program
  .command('setup')
  .description('make a workspace with its owner, and a way in; safe to repeat')
  .requiredOption('--workspace <name>', 'name of the workspace')
  .requiredOption('--email <address>', 'of its owner')
  .option('--password-file <path>', 'sets the owner’s password to what the file says')
  .option('--json', 'one JSON document on standard output')
  .addHelpText(
    'after',
    '\nExample:\n  drawbridge-control-plane setup --workspace acme --email you@example.com',
  )
  .action((options) => setUp(options).finally(end));

program
  .command('migrate')
  .description('apply migrations, see to the roles, and end')
  .option('--check', 'apply nothing; fail when schema and database differ')
  .addHelpText('after', '\nExample:\n  drawbridge-control-plane migrate --check')
  .action((options) => migrateCommand(options).finally(end));

program
  .command('roles')
  .description('print how to make the two roles that it works as, where DATABASE_URL may not')
  .addHelpText('after', '\nExample:\n  drawbridge-control-plane roles')
  .action(showRoles);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
}

/** The migration engine leaves a timer behind that would hold a finished command for ten seconds. */
function end(): void {
  setImmediate(() => process.exit());
}

/** Only what was thrown on purpose is a text for people; the rest is a bug and shows where it came from. */
function textOf(error: unknown): string {
  if (error instanceof AppError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
