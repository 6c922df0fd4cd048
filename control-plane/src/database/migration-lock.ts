import pg from 'pg';
import { AppError } from '../app-error.js';

/** Any number that nobody else locks by. */
const lockNumber = 7_305_812;

/** Only one process at a time does this on a database. Lends the connection that holds the lock. */
export async function whileLocked<T>(
  databaseUrl: string,
  act: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'drawbridge migration',
  });
  try {
    await client.connect();
  } catch (error) {
    throw new AppError(
      'database.unreachable',
      'The database does not answer. Check DATABASE_URL and that Postgres is running.',
      { cause: error },
    );
  }
  try {
    await client.query('select pg_advisory_lock($1)', [lockNumber]);
    return await act(client);
  } finally {
    await client.end();
  }
}
