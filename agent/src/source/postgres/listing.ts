import type pg from 'pg';
import { missing } from '../../connector/listing.js';
import type { List, Listed } from '../../connector/listing.js';
import {
  listColumns,
  listReadable,
  listSchemas,
  listing,
} from '../../connector/postgres-listing.js';
import { postgresFailure } from '../../connector/postgres-wire.js';

/** Schemas → tables and views → columns, as far as the user may read them. */
export function listBy(connect: () => Promise<pg.Client>): List {
  return async (path, signal) => {
    const listed = await listing(connect, signal, (client) => inside(client, path)).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        throw postgresFailure(error, 'source', 'cut');
      },
    );
    if (listed) return listed;
    throw missing(path);
  };
}

async function inside(
  client: pg.Client,
  [schema, table, ...more]: readonly string[],
): Promise<readonly Listed[] | undefined> {
  if (schema === undefined) return listSchemas(client);
  if (table === undefined) return listReadable(client, schema);
  if (more.length > 0) return undefined;
  const columns = await listColumns(client, `${schema}.${table}`, 'select');
  return columns?.map(({ name, type, isKey }) => ({ name, kind: 'column', type, isKey }));
}
