import type pg from 'pg';
import { missing } from '../../connector/listing.js';
import type { List, Listed } from '../../connector/listing.js';
import { listColumns, listWritable, listing } from '../../connector/postgres-listing.js';
import { postgresFailure } from '../../connector/postgres-wire.js';

/** Tables → columns, as far as the user may write them. */
export function listBy(connect: () => Promise<pg.Client>): List {
  return async (path, signal) => {
    const listed = await listing(connect, signal, (client) => inside(client, path)).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        throw postgresFailure(error, 'destination', 'unreachable');
      },
    );
    if (listed) return listed;
    throw missing(path);
  };
}

async function inside(
  client: pg.Client,
  [table, ...more]: readonly string[],
): Promise<readonly Listed[] | undefined> {
  if (table === undefined) return listWritable(client);
  if (more.length > 0) return undefined;
  const columns = await listColumns(client, table, 'write');
  return columns?.map((column) => ({ ...column, kind: 'column' }));
}
