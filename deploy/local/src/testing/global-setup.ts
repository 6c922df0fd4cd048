import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { freePort } from '../free-port.js';
import { openPostgres } from '../postgres.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the one Postgres server that a test run shares; each file makes its own database. */
    postgresUrl: string;
  }
}

/** One real Postgres for the whole test run; files clone their own databases on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(`${tmpdir()}/drawbridge-test-pg-`);
  const postgres = await openPostgres({
    directory,
    port: await freePort(),
    settings: { fsync: 'off', max_connections: '300', shared_buffers: '256MB' },
  });
  project.provide('postgresUrl', postgres.url());
  return async () => {
    await postgres.close();
    await rm(directory, { recursive: true, force: true });
  };
}
