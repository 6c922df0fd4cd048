import type pg from 'pg';
import { quoteIdentifier as quote } from '../../connector/postgres-wire.js';
import { replaceStage } from './replace-sql.js';
import type { StatementParts } from './statements.js';

/**
 * What the table demands of the written columns, said of the staging table as well: so a row that breaks it is found
 * while rows are loaded, alone, and not when all of them are put in place. An omitted NULL becomes another value.
 */
export async function constraintsOf(
  client: pg.Client,
  { table, key, fields, omit }: StatementParts,
): Promise<string[]> {
  const names = [...key, ...fields].map(({ name }) => name);
  const { rows: columns } = await client.query<{ name: string }>(
    `select attname as name from pg_attribute
      where attrelid = to_regclass($1) and attnotnull and attname = any($2)`,
    [table.name, names],
  );
  const { rows: checks } = await client.query<{ definition: string }>(
    `select pg_get_constraintdef(oid) as definition from pg_constraint
      where conrelid = to_regclass($1) and contype = 'c' and convalidated
        and conkey <@ (select array_agg(attnum) from pg_attribute where attrelid = conrelid and attname = any($2))`,
    [table.name, names.filter((name) => !omit.has(name))],
  );
  const filled = columns.filter(({ name }) => !omit.has(name));
  return [
    ...filled.map(({ name }) => `alter table ${replaceStage} alter ${quote(name)} set not null`),
    ...checks.map(({ definition }) => `alter table ${replaceStage} add ${definition}`),
  ];
}
