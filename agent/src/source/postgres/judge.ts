import type pg from 'pg';
import type { ReadingBounds } from '../../connector/source.js';

// What a query reads is not read out of its text: the server says. To read a relation it takes a lock on it, and keeps
// that until the transaction is over: when it parses the query, for every relation that the text names or a view leads
// to, whether it is then read or not; and while the query runs, for those that functions read. So the locks of the
// transaction are the list, before the first row is read and after the last.
// https://www.postgresql.org/docs/18/explicit-locking.html (read 2026-11-25)

/** Functions in place of views, as these take no locks of their own. Indexes and TOAST belong to tables that are locked. */
const locked = `
  select coalesce(o.schema, '') || '.' || coalesce(o.name, '') as name
  from pg_lock_status() l, pg_identify_object('pg_class'::regclass, l.relation, 0) o
  where l.pid = pg_backend_pid() and l.locktype = 'relation' and o.type not in ('index', 'toast table')
  order by name`;

/** What the connector itself asks of the catalog, later in the transaction. */
const ours = [
  'pg_catalog.pg_type',
  'pg_catalog.pg_class',
  'pg_catalog.pg_namespace',
  'pg_catalog.pg_attribute',
];

/** Workers that help with a query take locks of their own, which end with them. */
export const alone = 'set local max_parallel_workers_per_gather = 0';

/** Throws what the bounds throw of a query that was parsed and not run yet. */
export async function judgeParsed(
  client: pg.Client,
  bounds: ReadingBounds,
  fields: readonly pg.FieldDef[],
): Promise<void> {
  for (const name of await lockedBy(client)) bounds.relation(name);
  const origins = await originsOf(client, fields);
  for (const { name, tableID, columnID } of fields)
    bounds.column(name, origins.get(`${tableID}.${columnID}`));
}

/** The same when it has run. */
export async function judgeRun(client: pg.Client, bounds: ReadingBounds): Promise<void> {
  for (const name of await lockedBy(client)) if (!ours.includes(name)) bounds.relation(name);
}

async function lockedBy(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(locked);
  return rows.map(({ name }) => name);
}

/** Table and column that a column of the result is, by the server's numbers; a computed one has none. */
async function originsOf(
  client: pg.Client,
  fields: readonly pg.FieldDef[],
): Promise<Map<string, { table: string; column: string }>> {
  const { rows } = await client.query<{ at: string; table: string; column: string }>(
    `select attrelid || '.' || attnum as at, nspname || '.' || relname as table, attname as column
    from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
    where attrelid = any($1::oid[]) and attnum > 0`,
    [fields.map(({ tableID }) => tableID)],
  );
  return new Map(rows.map(({ at, table, column }) => [at, { table, column }]));
}
