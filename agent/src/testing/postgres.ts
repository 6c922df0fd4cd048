// Declares what the global set-up provides.
import '@drawbridge/local/testing/global-setup.js';
import { makeDatabase } from '@drawbridge/local/testing/database.js';
import pg from 'pg';
import type { RawSettings } from '../connector/settings.js';

/** A database of one's own, as settings for a connector and as a connection for the test. */
export interface PostgresFixture {
  settings: RawSettings & { host: string; port: number; database: string; user: string };
  secrets: { password: string };
  /** A superuser's session. */
  client: pg.Client;
  /** Resolves when the condition over `pg_stat_activity` holds for this database; asks again until then. */
  until(condition: string): Promise<void>;
  close(): Promise<void>;
}

export async function openPostgresFixture(serverUrl: string): Promise<PostgresFixture> {
  const database = await makeDatabase(serverUrl);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`set timezone = 'UTC'`);
  const { hostname, port, username, password } = new URL(database.url);
  return {
    settings: {
      host: hostname,
      port: Number(port),
      database: database.name,
      user: username,
      ssl: 'disable',
    },
    secrets: { password },
    client,
    until: async (condition) => {
      for (;;) {
        // A statement's end clears the cached statistics, so each asking sees the present.
        const { rows } = await client.query<{ holds: boolean }>(
          `select ${condition} as holds from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and application_name like 'drawbridge%'`,
        );
        if (rows[0]?.holds) return;
      }
    },
    close: async () => {
      await client.end();
      await database.close();
    },
  };
}
