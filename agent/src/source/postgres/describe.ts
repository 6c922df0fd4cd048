import type pg from 'pg';
import type { Column, ValueType } from '../../connector/value.js';

/** The columns of a query, with types as the server names them. Runs nothing; `judge` sees it first. */
export async function describe(
  client: pg.Client,
  from: string,
  judge?: (fields: readonly pg.FieldDef[]) => Promise<void>,
): Promise<Column[]> {
  const { fields } = await client.query({
    text: `select * ${from} limit 0`,
    queryMode: 'extended',
  } as pg.QueryConfig);
  // Before anything else is asked: until now only the query has taken locks.
  await judge?.(fields);
  const { rows } = await client.query<{ oid: number; category: string; kind: string }>(
    'select oid::int8::int4 as oid, typcategory as category, typtype as kind from pg_type where oid = any($1)',
    [fields.map(({ dataTypeID }) => dataTypeID)],
  );
  const { rows: names } = await client.query<{ name: string }>(
    'select format_type(t, m) as name from unnest($1::oid[], $2::int[]) with ordinality as f(t, m, n) order by n',
    [
      fields.map(({ dataTypeID }) => dataTypeID),
      fields.map(({ dataTypeModifier }) => dataTypeModifier),
    ],
  );
  return fields.map(({ name, dataTypeID }, n) => ({
    name,
    vendorType: names[n]?.name ?? 'unknown',
    type: typeOf(
      dataTypeID,
      rows.find(({ oid }) => oid === dataTypeID),
    ),
  }));
}

// https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/catalog/pg_type.dat (numbers read 2026-11)
const byOid: Record<number, ValueType> = {
  16: 'boolean',
  17: 'bytes',
  20: 'integer',
  21: 'integer',
  23: 'integer',
  26: 'integer',
  25: 'text',
  1042: 'text',
  1043: 'text',
  19: 'text',
  18: 'text',
  114: 'json',
  3802: 'json',
  700: 'float',
  701: 'float',
  1082: 'date',
  1083: 'time',
  1114: 'timestamp',
  1184: 'timestamptz',
  1186: 'interval',
  1700: 'decimal',
  2950: 'uuid',
};

function typeOf(oid: number, type: { category: string; kind: string } | undefined): ValueType {
  const known = byOid[oid];
  if (known) return known;
  if (type?.category === 'A') return 'array';
  return type?.kind === 'e' || type?.category === 'S' ? 'text' : 'other';
}
