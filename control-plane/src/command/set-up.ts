import { readFile } from 'node:fs/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppError } from '../app-error.js';
import { readConfig } from '../config.js';
import { DatabaseModule } from '../database/database.module.js';
import { prepareDatabase } from '../database/prepare.js';
import { MailModule } from '../mail/mail.module.js';
import { SetUpService } from '../workspace/set-up.service.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';

interface Options {
  workspace: string;
  email: string;
  passwordFile?: string;
  json?: boolean;
}

export async function setUp(options: Options): Promise<void> {
  const config = readConfig();
  const password = options.passwordFile ? await passwordIn(options.passwordFile) : undefined;
  await prepareDatabase(config);
  const app = await NestFactory.createApplicationContext(
    { module: SetUpRoot, imports: [DatabaseModule.with(config), MailModule, WorkspaceModule] },
    { logger: false, abortOnError: false },
  );
  try {
    const made = await app.get(SetUpService, { strict: false }).setUp({
      workspace: options.workspace,
      email: options.email,
      ...(password ? { password } : {}),
    });
    const text = options.json ? JSON.stringify(made) : lines(made);
    process.stdout.write(`${text}\n`);
  } finally {
    await app.close();
  }
}

@Module({})
class SetUpRoot {}

const lines = (made: { workspace: string; signInLink: string; apiKey: string }): string =>
  [
    `Workspace  ${made.workspace}`,
    `Sign in    ${made.signInLink}   (once, within an hour)`,
    `API key    ${made.apiKey}   (it replaces the former key of this command)`,
  ].join('\n');

async function passwordIn(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new AppError('setup.no_password_file', `The file ${path} can not be read.`, {
      cause: error,
    });
  }
}
