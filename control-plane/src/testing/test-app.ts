import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DestinationStream } from 'pino';
import { Config } from '../config.js';
import { Database, type DatabaseClient } from '../database/database.js';
import { prepareDatabase } from '../database/prepare.js';
import { Logger } from '../logger.js';
import { openApp } from '../open-app.js';
import { testSecret } from './test-secret.js';
import { SetUpService } from '../workspace/set-up.service.js';

export interface Answer<Data> {
  data: Data | null;
  errors?: { message: string; path?: string[]; extensions?: { code?: string; field?: string[] } }[];
}

/** A workspace and who may enter it. */
export interface Workspace {
  id: string;
  name: string;
  apiKey: string;
  /** Its origin is the public address, which nothing listens on in a test: see `localLink`. */
  signInLink: string;
}

export interface TestApp {
  app: NestFastifyApplication;
  url: string;
  config: Config;
  /** Sees all workspaces. */
  database: DatabaseClient;
  /** The log's lines so far. */
  log: string[];
  /** With `headers` instead of the API key. */
  ask<Data = Record<string, unknown>>(
    as: Workspace | Record<string, string>,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<Answer<Data>>;
  makeWorkspace(name: string, email?: string): Promise<Workspace>;
  makeToken(workspace: Workspace, pool?: string): Promise<string>;
  close(): Promise<void>;
}

/** Opens what stands between a control plane and its database. */
type OpenPooler = (config: Config) => Promise<{ url: string; close(): Promise<void> }>;

/** The whole control plane on a migrated database of its own, listening on a free port. */
export async function openTestApp(
  postgresUrl: string,
  values: Partial<Config> = {},
  openPooler?: OpenPooler,
): Promise<TestApp> {
  const testDatabase = await makeDatabase(postgresUrl);
  const direct = new Config({
    databaseUrl: testDatabase.url,
    secret: testSecret,
    publicUrl: 'http://localhost:3000',
    port: 0,
    mailFolder: join(tmpdir(), `drawbridge-mail-${randomUUID()}`),
    logLevel: 'debug',
    documents: 'any',
    passwordCost: 8,
    ...values,
  });
  const pooler = await openPooler?.(direct);
  const config = pooler ? new Config({ ...direct, databaseUrl: pooler.url }) : direct;
  await prepareDatabase(config);
  const log: string[] = [];
  const lines: DestinationStream = { write: (line) => void log.push(line) };
  const app = await openApp(config, new Logger(config.logLevel, lines));
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const ask: TestApp['ask'] = (as, query, variables) =>
    askGraphql(url, 'apiKey' in as ? { authorization: `Bearer ${as.apiKey}` } : as, {
      query,
      variables,
    });
  return {
    app,
    url,
    config,
    database: app.get(Database).system,
    log,
    ask,
    makeWorkspace: (name, email) => makeWorkspace(app, name, email),
    makeToken: async (workspace, pool = 'default') => {
      const { data } = await ask<{ createEnrollmentToken: { token: string } }>(
        workspace,
        'mutation ($pool: String!) { createEnrollmentToken(input: { pool: $pool }) { token } }',
        { pool },
      );
      return data!.createEnrollmentToken.token;
    },
    close: async () => {
      await app.close();
      await pooler?.close();
      await testDatabase.close();
      await rm(config.mailFolder, { recursive: true, force: true });
    },
  };
}

async function askGraphql<Data>(
  url: string,
  headers: Record<string, string>,
  body: { query: string; variables: Record<string, unknown> | undefined },
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer<Data>;
}

async function makeWorkspace(
  app: NestFastifyApplication,
  name: string,
  email = `${name}@example.com`,
): Promise<Workspace> {
  const setUp = app.get(SetUpService, { strict: false });
  const { apiKey, signInLink } = await setUp.setUp({ workspace: name, email });
  const { id } = await app.get(Database).system.workspace.findUniqueOrThrow({ where: { name } });
  return { id, name, apiKey, signInLink };
}

/** The codes of what went wrong. */
export const codesOf = ({ errors }: Answer<unknown>): (string | undefined)[] =>
  (errors ?? []).map((error) => error.extensions?.code);
