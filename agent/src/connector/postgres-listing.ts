import pg from 'pg';
import type { Listed } from './listing.js';
import { quoteTable } from './postgres-wire.js';

// What a user may see in a database, read from its catalog (https://www.postgresql.org/docs/18/catalogs.html, read
// 2026-11). Names come back as the configuration writes them: in quotes where they hold a dot or a quote.

/** One more than a listing may have says that there are more. */
const most = 10_001;

/** As `quoteTable` reads it. */
const written = (name: string): string => (/[."]/.test(name) ? pg.escapeIdentifier(name) : name);

/** A name as the configuration writes it → as the catalog has it. */
function bare(name: string): string {
  const inner = /^"((?:[^"]|"")*)"$/.exec(name)?.[1];
  return inner === undefined ? name : inner.replaceAll('""', '"');
}

export async function listSchemas(client: pg.Client): Promise<Listed[]> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace
      where nspname !~ '^pg_' and nspname <> 'information_schema'
        and has_schema_privilege(oid, 'usage')
      order by nspname limit ${most}`,
  );
  return rows.map(({ name }) => ({ name: written(name), kind: 'schema' }));
}

interface Relation {
  schema: string;
  name: string;
  kind: 'table' | 'view';
}

/** Undefined where there is no such schema, or none that the user may look into. */
export async function listReadable(
  client: pg.Client,
  schema: string,
): Promise<Listed[] | undefined> {
  const { rows: there } = await client.query(
    `select from pg_namespace where nspname = $1 and has_schema_privilege(oid, 'usage')`,
    [bare(schema)],
  );
  if (there.length === 0) return undefined;
  const { rows } = await client.query<Relation>(
    `${relations}
        and n.nspname = $1 and c.relkind in ('r', 'p', 'f', 'v', 'm')
        and (has_table_privilege(c.oid, 'select') or has_any_column_privilege(c.oid, 'select'))
      order by c.relname limit ${most}`,
    [bare(schema)],
  );
  return rows.map(({ name, kind }) => ({ name: written(name), kind }));
}

/** Tables that the user may write, each with its schema. */
export async function listWritable(client: pg.Client): Promise<Listed[]> {
  const { rows } = await client.query<Relation>(
    `${relations}
        and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p')
        and has_schema_privilege(n.oid, 'usage')
        and (has_table_privilege(c.oid, 'insert, update, delete')
          or has_any_column_privilege(c.oid, 'insert, update'))
      order by n.nspname, c.relname limit ${most}`,
  );
  return rows.map(({ schema, name, kind }) => ({
    name: `${written(schema)}.${written(name)}`,
    kind,
  }));
}

/** A partition is a part of the table that is listed. */
const relations = `select n.nspname as schema, c.relname as name,
    case when c.relkind in ('v', 'm') then 'view' else 'table' end as kind
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where not c.relispartition`;

interface ColumnRow {
  name: string;
  type: string;
  isRequired: boolean;
  isKey: boolean;
}

/** Of a table or view, in its own order; undefined where there is none of that name. */
export async function listColumns(
  client: pg.Client,
  table: string,
  may: 'select' | 'write',
): Promise<ColumnRow[] | undefined> {
  const name = quoteTable(table);
  if ((name.match(/"(?:[^"]|"")*"/g) ?? []).length > 2) return undefined;
  const { rows: found } = await client.query<{ oid: string }>(
    `select c.oid::text as oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = to_regclass($1) and has_schema_privilege(n.oid, 'usage')`,
    [name],
  );
  const [relation] = found;
  if (!relation) return undefined;
  const allowed =
    may === 'select'
      ? `has_column_privilege(a.attrelid, a.attnum, 'select')`
      : `a.attgenerated = '' and has_column_privilege(a.attrelid, a.attnum, 'insert, update')`;
  const { rows } = await client.query<ColumnRow>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        a.attnotnull and not a.atthasdef and a.attidentity = '' as "isRequired",
        exists (select from pg_index i
          where i.indrelid = a.attrelid and a.attnum = any(i.indkey[0 : i.indnkeyatts - 1])
            and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
        ) as "isKey"
      from pg_attribute a
      where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped and ${allowed}
      order by a.attnum limit ${most}`,
    [relation.oid],
  );
  return rows;
}

/** Connects for one listing; an aborted signal cuts the line, and the server ends the statement. */
export async function listing<T>(
  connect: () => Promise<pg.Client>,
  signal: AbortSignal,
  list: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connect();
  const stop = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    return await list(client);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}
