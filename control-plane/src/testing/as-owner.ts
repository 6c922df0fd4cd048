import pg from 'pg';
import type { Config } from '../config.js';

/** A statement as who owns the tables: no policy holds it. */
export async function asOwner<Row = object>(
  { directDatabaseUrl }: Config,
  sql: string,
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: directDatabaseUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}
