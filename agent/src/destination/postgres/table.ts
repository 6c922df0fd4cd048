import type pg from 'pg';
import { quoteTable } from '../../connector/postgres-wire.js';
import { Failure } from '../../failure.js';

export interface TableColumn {
  name: string;
  type: string;
  /** SQL of the default; null without one. */
  default: string | null;
  isGenerated: boolean;
}

export interface Table {
  /** Quoted, with its schema. */
  name: string;
  columns: TableColumn[];
  /** Sets of columns that the database keeps unique at once: not what an index only includes, nothing deferrable. */
  uniqueKeys: string[][];
  isEmpty: boolean;
}

/** What a destination table looks like; CONFIG when it isn't there. */
export async function readTable(client: pg.Client, object: string): Promise<Table> {
  const name = quoteTable(object);
  const { rows: found } = await client.query<{ oid: string | null }>(
    'select to_regclass($1)::oid::text as oid',
    [name],
  );
  const oid = found[0]?.oid;
  if (!oid)
    throw new Failure(
      'CONFIG',
      'destination.object_missing',
      'The table that the sync writes to does not exist, or the user may not see it.',
      { detail: object },
    );
  const { rows: columns } = await client.query<TableColumn>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
        pg_get_expr(d.adbin, d.adrelid) as default,
        (a.attgenerated <> '' or a.attidentity = 'a') as "isGenerated"
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = $1::oid and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [oid],
  );
  const { rows: keys } = await client.query<{ columns: string[] }>(
    `select array_agg(a.attname::text) as columns
      from pg_index i
      cross join unnest(i.indkey) with ordinality as k(attnum, place)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where i.indrelid = $1::oid and k.place <= i.indnkeyatts
        and i.indisunique and i.indisvalid and i.indimmediate and i.indpred is null and i.indexprs is null
      group by i.indexrelid`,
    [oid],
  );
  const { rows: some } = await client.query(`select 1 from ${name} limit 1`);
  return { name, columns, uniqueKeys: keys.map((key) => key.columns), isEmpty: some.length === 0 };
}

/** The table's columns for these fields; CONFIG for one that is missing or can't be written. */
export function columnsFor(table: Table, names: readonly string[]): TableColumn[] {
  return names.map((name) => {
    const column = table.columns.find((each) => each.name === name);
    if (!column)
      throw new Failure(
        'CONFIG',
        'destination.field_missing',
        'The mapping names a column that the table does not have.',
        { detail: name },
      );
    if (column.isGenerated)
      throw new Failure(
        'CONFIG',
        'destination.field_read_only',
        'The mapping writes a column that the database generates itself.',
        { detail: name },
      );
    return column;
  });
}

export function isUniqueKey(table: Table, names: readonly string[]): boolean {
  const wanted = names.toSorted().join('\0');
  return table.uniqueKeys.some((key) => key.toSorted().join('\0') === wanted);
}
