import { quoteName } from '../../../duck/duck.js';
import { closingOf, isMark, isWord, partsOf } from '../sql/tokens.js';
import type { Token } from '../sql/tokens.js';
import { castTo, typeAt } from '../sql/types.js';
import { endOf } from './dml.js';
import { demand, grant, objectAt, sqlOf, wholeOf } from './names.js';
import type { ObjectName } from './names.js';
import { demandReading } from './select.js';
import type { Context, Outcome } from './statement.js';
import { statusOf, types } from './statement.js';

/** What stands before the kind of thing: CREATE OR REPLACE TRANSIENT, and IF NOT EXISTS after it. */
export interface Creation {
  isReplacing: boolean;
  isTemporary: boolean;
  ifNotExists: boolean;
  /** TABLE, VIEW, FILE FORMAT and so on. */
  kind: string;
  /** Where the name begins. */
  at: number;
}

const adjectives = [
  'TRANSIENT',
  'TEMP',
  'TEMPORARY',
  'VOLATILE',
  'LOCAL',
  'GLOBAL',
  'SECURE',
  'RECURSIVE',
];

export function creationOf(tokens: readonly Token[]): Creation {
  let at = 1;
  const isReplacing = isWord(tokens[at], 'OR') && isWord(tokens[at + 1], 'REPLACE');
  if (isReplacing) at += 2;
  let isTemporary = false;
  while (isWord(tokens[at], ...adjectives)) {
    isTemporary ||= isWord(tokens[at], 'TEMP', 'TEMPORARY', 'VOLATILE');
    at += 1;
  }
  let kind = tokens[at]?.text ?? '';
  at += 1;
  if (['STORAGE', 'FILE'].includes(kind)) kind += ` ${tokens[at++]?.text ?? ''}`;
  const ifNotExists = isWord(tokens[at], 'IF') && isWord(tokens[at + 1], 'NOT');
  return { isReplacing, isTemporary, ifNotExists, kind, at: ifNotExists ? at + 3 : at };
}

export async function createTable(context: Context, creation: Creation): Promise<Outcome> {
  const { object, next } = objectAt(context, creation.at);
  await demand(context, ['SCHEMA'], `${object.database}.${object.schema}`, ['CREATE TABLE']);
  const whole = wholeOf(object);
  if (creation.ifNotExists && (await exists(context, object)))
    return statusOf(`${object.name} already exists, statement succeeded.`);
  const sql = await tableSql(context, next);
  const before = creation.isReplacing ? `CREATE OR REPLACE TABLE` : `CREATE TABLE`;
  await context.connection.run(`${before} ${sqlOf(object)} ${sql}`);
  if (creation.isTemporary) context.session.temporary.add(sqlOf(object));
  await grant(context, {
    privilege: 'OWNERSHIP',
    on: 'TABLE',
    name: whole,
    grantee: context.session.role,
  });
  return statusOf(`Table ${object.name} successfully created.`, types.createTable);
}

async function tableSql(context: Context, at: number): Promise<string> {
  const { tokens, translation } = context;
  if (isWord(tokens[at], 'CLONE', 'LIKE')) {
    const { object: source } = objectAt(context, at + 1);
    await demand(context, ['TABLE'], wholeOf(source), ['SELECT']);
    return `AS FROM ${sqlOf(source)}${isWord(tokens[at], 'LIKE') ? ' LIMIT 0' : ''}`;
  }
  const as = endOf(tokens, at, 'AS');
  const query = as < tokens.length ? translation.sqlOf(tokens.slice(as + 1)) : undefined;
  if (query !== undefined) await demandReading(context, query);
  if (!isMark(tokens[at], '(')) return `AS ${query ?? ''}`;
  const definitions = partsOf(tokens.slice(at + 1, closingOf(tokens, at)), ',').filter(isColumn);
  if (query === undefined)
    return `(${definitions.map((part) => columnSql(context, part)).join(', ')})`;
  return `AS ${withColumns(definitions, query)}`;
}

/** `CREATE TABLE t (a NUMBER, b) AS SELECT …`: types where they are given. */
function withColumns(definitions: readonly Token[][], query: string): string {
  const list = definitions.map((part, n) => {
    const value = part.length > 1 ? castTo(typeAt(part, 1).type, `v${n}`) : `v${n}`;
    return `${value} AS ${quoteName(part[0]?.text ?? '')}`;
  });
  return `SELECT ${list.join(', ')} FROM (${query}) AS given(${definitions.map((_, n) => `v${n}`).join(', ')})`;
}

/** Keys are only noted by Snowflake, so they are left out here. */
const isColumn = (part: readonly Token[]): boolean =>
  !isWord(part[0], 'PRIMARY', 'UNIQUE', 'FOREIGN', 'CONSTRAINT');

export function columnSql(context: Context, part: readonly Token[]): string {
  const { type, next } = typeAt(part, 1);
  let sql = `${quoteName(part[0]?.text ?? '')} ${type.held}`;
  for (let at = next; at < part.length; at += 1) {
    if (isWord(part[at], 'NOT') && isWord(part[at + 1], 'NULL')) sql += ' NOT NULL';
    if (!isWord(part[at], 'DEFAULT')) continue;
    const end = endOf(part, at + 1, 'NOT', 'COMMENT', 'PRIMARY', 'UNIQUE', 'COLLATE');
    sql += ` DEFAULT ${castTo(type, context.translation.sqlOf(part.slice(at + 1, end)))}`;
    at = end - 1;
  }
  return sql;
}

export async function exists({ connection }: Context, object: ObjectName): Promise<boolean> {
  const reader = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_columns() WHERE database_name = $1 AND schema_name = $2 AND table_name = $3 LIMIT 1`,
    [object.database, object.schema, object.name],
  );
  return reader.currentRowCount > 0;
}
