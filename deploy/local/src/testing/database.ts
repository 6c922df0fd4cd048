import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  url: string;
  name: string;
  /** Drops it, disconnecting whoever is still there. */
  close(): Promise<void>;
}

/** A database of one's own on the test server, cloned from `template` when given (about 0.2 s). */
export async function makeDatabase(serverUrl: string, template?: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await onServer(serverUrl, `create database ${name}${template ? ` template ${template}` : ''}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    name,
    close: () =>
      onServer(
        serverUrl,
        `drop database if exists ${name} with (force)`,
        // The control plane's own, which are the server's and not the database's.
        `drop role if exists drawbridge_tenant_${name}, drawbridge_system_${name}`,
      ),
  };
}

async function onServer(serverUrl: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end();
  }
}
