import { quoteName, quoteText } from '../../../duck/duck.js';
import { SnowflakeError, missingObject, notAllowed } from '../snowflake-error.js';
import { isMark } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { tokensOf } from '../sql/tokens.js';
import type { Context } from './statement.js';

export interface ObjectName {
  database: string;
  schema: string;
  name: string;
  /** As it was written, in capitals where it had no quotes. */
  written: string;
}

/** The parts of a name that begins at `at`. `IDENTIFIER('a.b')` is a name, too. */
export function partsAt(tokens: readonly Token[], at: number): { parts: string[]; next: number } {
  if (
    tokens[at]?.kind === 'word' &&
    tokens[at].text === 'IDENTIFIER' &&
    isMark(tokens[at + 1], '(')
  )
    return { parts: partsAt(tokensOf(tokens[at + 2]?.text ?? ''), 0).parts, next: at + 4 };
  const parts: string[] = [];
  let next = at;
  for (;;) {
    const token = tokens[next];
    if (token?.kind !== 'word' && token?.kind !== 'name') break;
    parts.push(token.text);
    next += 1;
    if (!isMark(tokens[next], '.')) break;
    next += 1;
    if (isMark(tokens[next], '.')) {
      parts.push('PUBLIC');
      next += 1;
    }
  }
  return { parts, next };
}

/** A name of something in a schema, made whole by where the session stands. */
export function objectAt(context: Context, at: number): { object: ObjectName; next: number } {
  const { parts, next } = partsAt(context.tokens, at);
  return { object: objectOf(context, parts), next };
}

export function objectOf({ session }: Context, parts: readonly string[]): ObjectName {
  const [name = '', schema = session.schema, database = session.database] = parts.toReversed();
  if (database === undefined)
    throw new SnowflakeError(
      '090105',
      '22000',
      "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.",
    );
  if (schema === undefined)
    throw new SnowflakeError(
      '090106',
      '22000',
      "Cannot perform operation. This session does not have a current schema. Call 'USE SCHEMA', or use a qualified name.",
    );
  return { database, schema, name, written: parts.join('.') };
}

export const sqlOf = ({ database, schema, name }: ObjectName): string =>
  [database, schema, name].map(quoteName).join('.');

export const wholeOf = ({ database, schema, name }: ObjectName): string =>
  `${database}.${schema}.${name}`;

/** The columns of a table and the types that DuckDB keeps them in. */
export async function columnsOfTable(
  { connection }: Context,
  object: ObjectName,
): Promise<{ name: string; held: string }[]> {
  const reader = await connection.runAndReadAll(
    `SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ${quoteText(object.database)}
     AND schema_name = ${quoteText(object.schema)} AND table_name = ${quoteText(object.name)} ORDER BY column_index`,
  );
  const columns = (reader.getRowsJS() as [string, string][]).map(([name, held]) => ({
    name,
    held,
  }));
  if (columns.length === 0) throw missingObject('Table', object.written);
  return columns;
}

/** Roles that may do everything here. */
export const mayAll = (role: string): boolean => role === 'ACCOUNTADMIN' || role === 'SYSADMIN';

/** For what only administrators do. */
export function demandAdministration({ session }: Context, what: string): void {
  if (!mayAll(session.role)) throw notAllowed(what);
}

/** Refuses what the session's role, and those granted to it, have no right to. */
export async function demand(
  context: Context,
  kinds: readonly string[],
  name: string,
  privileges: readonly string[],
): Promise<void> {
  const held = await rightsOn(context, kinds, name);
  if (held === 'all' || privileges.some((privilege) => held.includes(privilege))) return;
  const [kind = 'OBJECT'] = kinds;
  const last = name.split('.').at(-1) ?? name;
  throw held.length > 0 || kind === 'SCHEMA'
    ? notAllowed(`${kind.toLowerCase()} '${last}'`)
    : missingObject('Object', last);
}

export async function rightsOn(
  { account, session }: Context,
  kinds: readonly string[],
  name: string,
): Promise<'all' | string[]> {
  if (mayAll(session.role)) return 'all';
  const rows = await account.rows(
    `SELECT PRIVILEGE FROM _sf.main.GRANTS WHERE GRANTED_ON IN (${kinds.map(quoteText).join(', ')}) AND NAME = ${quoteText(name)}
     AND list_contains(_sf.main.ROLES_OF(${quoteText(session.role)}), GRANTEE)`,
  );
  const held = rows.map(([privilege]) => String(privilege));
  return held.includes('OWNERSHIP') ? 'all' : held;
}

export async function grant(
  { account }: Context,
  row: { privilege: string; on: string; name: string; grantee: string; to?: string },
): Promise<void> {
  await account.rows(
    `INSERT INTO _sf.main.GRANTS (PRIVILEGE, GRANTED_ON, NAME, GRANTEE, GRANTED_TO)
     VALUES (${[row.privilege, row.on, row.name, row.grantee, row.to ?? 'ROLE'].map(quoteText).join(', ')})`,
  );
}
