import type pg from 'pg';
import type { Database } from './line.js';

/** Opens something on a database; an aborted signal stops the statement that it waits for, which may be a lock. */
export async function opening<T>(
  database: Database,
  signal: AbortSignal,
  open: (database: Database) => Promise<T>,
): Promise<T> {
  const clients: pg.Client[] = [];
  const stop = (): void => {
    for (const client of clients) void database.cancel(client).catch(() => undefined);
  };
  const connect = async (): Promise<pg.Client> => {
    const client = await database.connect();
    if (!signal.aborted) clients.push(client);
    return client;
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await open({ ...database, connect });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    clients.length = 0;
  }
}
