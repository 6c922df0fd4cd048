import pg from 'pg';
import { AppError } from '../app-error.js';

/** Any number that nobody else locks by. */
const lockNumber = 7_305_812;

/**
 * Only one process at a time does this on a database. The lock is that of a transaction, which waits on a connection of its
 * own: a session's would stay with the connection that a pooler lent for it, and nobody could migrate again.
 */
export async function whileLocked<T>(databaseUrl: string, act: () => Promise<T>): Promise<T> {
  const client = await connect(databaseUrl);
  // When the line breaks, so does the lock; then the last statement says so.
  client.on('error', () => undefined);
  try {
    await client.query(`begin; select pg_advisory_xact_lock(${lockNumber})`);
    const done = await act();
    await client.query('commit');
    return done;
  } finally {
    await client.end();
  }
}

/** However long another process takes for its migrations, and ours for these. */
const patience = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']
  .map((name) => `-c ${name}=0`)
  .join(' ');
const protocolViolation = '08P01';

/** As who owns the tables, and not through a pooler, which refuses what is said here as a connection begins. Whoever gets the client ends it. */
export async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'drawbridge migration',
    options: patience,
  });
  try {
    await client.connect();
  } catch (error) {
    if ((error as { code?: string }).code === protocolViolation)
      throw new AppError(
        'database.behind_pooler',
        'The way to the database leads through a pooler. Set DRAWBRIDGE_DIRECT_DATABASE_URL to one that does not, for migrations and notices.',
        { cause: error },
      );
    throw new AppError(
      'database.unreachable',
      'The database does not answer. Check DATABASE_URL and that Postgres is running.',
      { cause: error },
    );
  }
  return client;
}
