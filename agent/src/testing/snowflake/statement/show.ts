import { quoteText } from '../../../duck/duck.js';
import { missingObject, notCovered } from '../snowflake-error.js';
import { isWord } from '../sql/tokens.js';
import { columnsOfTable, demand, objectAt, objectOf, partsAt, wholeOf } from './names.js';
import type { Context, Outcome } from './statement.js';
import { types } from './statement.js';

interface Where {
  database?: string;
  schema?: string;
  table?: string;
}

const asQuery = (sql: string): Outcome => ({ kind: 'query', sql, statementTypeId: types.show });

const seen = '_sf.main.OBJECTS_SEEN()';
const owner = `'ACCOUNTADMIN' AS "owner"`;

/** What SHOW lists, as queries over the catalog; the names of the columns are Snowflake's, in small letters. */
const lists: Readonly<Record<string, (context: Context) => string>> = {
  DATABASES: ({ session }) =>
    `SELECT now() AS "created_on", DATABASE_NAME AS "name", 'N' AS "is_default", CASE WHEN DATABASE_NAME = ${quoteText(session.database ?? '')} THEN 'Y' ELSE 'N' END AS "is_current", '' AS "origin", ${owner}, coalesce(COMMENT, '') AS "comment", '' AS "options", '1' AS "retention_time", 'STANDARD' AS "kind" FROM _sf.main.DATABASES_OF('')`,
  SCHEMAS: ({ session }) =>
    `SELECT s.CREATED AS "created_on", SCHEMA_NAME AS "name", 'N' AS "is_default", CASE WHEN SCHEMA_NAME = ${quoteText(session.schema ?? '')} THEN 'Y' ELSE 'N' END AS "is_current", CATALOG_NAME AS "database_name", ${owner}, coalesce(s.COMMENT, '') AS "comment", '' AS "options", '1' AS "retention_time" FROM _sf.main.ALL_SCHEMATA() s`,
  TABLES: () =>
    `SELECT now() AS "created_on", table_name AS "name", database_name AS "database_name", schema_name AS "schema_name", 'TABLE' AS "kind", coalesce(comment, '') AS "comment", '' AS "cluster_by", size AS "rows", 0 AS "bytes", ${owner}, '1' AS "retention_time" FROM ${seen} WHERE kind = 'BASE TABLE'`,
  VIEWS: () =>
    `SELECT now() AS "created_on", table_name AS "name", '' AS "reserved", database_name AS "database_name", schema_name AS "schema_name", ${owner}, coalesce(comment, '') AS "comment", text AS "text", 'false' AS "is_secure", 'false' AS "is_materialized" FROM ${seen} WHERE kind = 'VIEW'`,
  OBJECTS: () =>
    `SELECT now() AS "created_on", table_name AS "name", database_name AS "database_name", schema_name AS "schema_name", CASE kind WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS "kind", coalesce(comment, '') AS "comment", '' AS "cluster_by", size AS "rows", 0 AS "bytes", ${owner}, '1' AS "retention_time" FROM ${seen}`,
  COLUMNS: () =>
    `SELECT c.table_name AS "table_name", c.schema_name AS "schema_name", column_name AS "column_name", to_json({'type': _sf.main.SHOWN_TYPE(data_type), 'nullable': is_nullable})::VARCHAR AS "data_type", CASE WHEN is_nullable THEN 'true' ELSE 'NOT_NULL' END AS "null?", coalesce(column_default, '') AS "default", 'COLUMN' AS "kind", '' AS "expression", coalesce(c.comment, '') AS "comment", c.database_name AS "database_name", '' AS "autoincrement" FROM duckdb_columns() c JOIN ${seen} o ON o.database_name = c.database_name AND o.schema_name = c.schema_name AND o.table_name = c.table_name ORDER BY c.database_name, c.schema_name, c.table_name, c.column_index`,
  ROLES: ({ session }) =>
    `SELECT now() AS "created_on", NAME AS "name", 'N' AS "is_default", CASE WHEN NAME = ${quoteText(session.role)} THEN 'Y' ELSE 'N' END AS "is_current", 'N' AS "is_inherited", 0 AS "assigned_to_users", 0 AS "granted_to_roles", 0 AS "granted_roles", ${owner}, '' AS "comment" FROM _sf.main.ROLES`,
  WAREHOUSES: ({ account, session }) =>
    rowsSql(
      ['name', 'state', 'type', 'size', 'is_current', 'owner'],
      [...account.warehouses].map((name) => [
        name,
        'STARTED',
        'STANDARD',
        'X-Small',
        name === session.warehouse ? 'Y' : 'N',
        'ACCOUNTADMIN',
      ]),
    ),
  INTEGRATIONS: ({ account }) =>
    rowsSql(
      ['name', 'type', 'category', 'enabled'],
      [...account.integrations.keys()].map((name) => [name, 'EXTERNAL_STAGE', 'STORAGE', 'true']),
    ),
  STAGES: ({ account }) =>
    rowsSql(
      ['name', 'database_name', 'schema_name', 'url', 'type', 'storage_integration'],
      [...account.stages].map(([whole, { url, integration }]) => {
        const [database = '', schema = '', name = ''] = whole.split('.');
        return [name, database, schema, url, 'EXTERNAL', integration ?? ''];
      }),
    ),
  PARAMETERS: ({ session }) =>
    rowsSql(
      ['key', 'value', 'default', 'level', 'description', 'type'],
      [...session.parameters].map(([key, value]) => [key, value, '', '', '', 'STRING']),
    ),
};

function rowsSql(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = names.map((name) => `"${name}"`).join(', ');
  if (rows.length === 0)
    return `SELECT ${names.map((name) => `'' AS "${name}"`).join(', ')} WHERE false`;
  return `SELECT * FROM (VALUES ${rows.map((row) => `(${row.map(quoteText).join(', ')})`).join(', ')}) AS shown(${columns})`;
}

/** What SHOW tells at most, unless a LIMIT says otherwise. */
const maxShown = 10_000;

/** SHOW TERSE has the same five columns whatever it lists. */
const terse: Readonly<Record<string, string>> = {
  DATABASES: `"created_on", "name", "kind", NULL::VARCHAR AS "database_name", NULL::VARCHAR AS "schema_name"`,
  SCHEMAS: `"created_on", "name", NULL::VARCHAR AS "kind", "database_name", NULL::VARCHAR AS "schema_name"`,
  TABLES: `"created_on", "name", "kind", "database_name", "schema_name"`,
  VIEWS: `"created_on", "name", 'VIEW' AS "kind", "database_name", "schema_name"`,
  OBJECTS: `"created_on", "name", "kind", "database_name", "schema_name"`,
};

export async function show(context: Context): Promise<Outcome> {
  const { tokens } = context;
  let at = 1;
  const isTerse = isWord(tokens[at], 'TERSE');
  while (isWord(tokens[at], 'TERSE', 'PRIMARY', 'USER')) at += 1;
  const kind = tokens[at]?.text ?? '';
  if (kind === 'GRANTS') return showGrants(context, at + 1);
  const list = lists[kind];
  if (!list) throw notCovered(`SHOW ${kind}`);
  const where = await place(context, at + 1);
  const conditions = [
    where.database !== undefined &&
      kind !== 'DATABASES' &&
      `"database_name" = ${quoteText(where.database)}`,
    where.schema !== undefined && `"schema_name" = ${quoteText(where.schema)}`,
    where.table !== undefined && `"table_name" = ${quoteText(where.table)}`,
    after(
      context,
      'LIKE',
      (text) =>
        `"${kind === 'COLUMNS' ? 'column_name' : kind === 'PARAMETERS' ? 'key' : 'name'}" ILIKE ${quoteText(text)}`,
    ),
    after(context, 'WITH', (text) => `starts_with("name", ${quoteText(text)})`),
  ].filter((condition) => typeof condition === 'string');
  const limit = after(context, 'LIMIT', (text) => text) ?? String(maxShown);
  const filter = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
  const order = kind === 'COLUMNS' ? '' : ' ORDER BY ALL';
  const all = `SELECT * FROM (${list(context)})${filter}${order} LIMIT ${limit}`;
  return asQuery(isTerse ? `SELECT ${terse[kind] ?? '*'} FROM (${all})` : all);
}

function after(
  { tokens }: Context,
  word: string,
  make: (text: string) => string,
): string | undefined {
  const at = tokens.findIndex((token) => isWord(token, word));
  return at < 0 ? undefined : make(tokens[at + 1]?.text ?? '');
}

/** IN ACCOUNT, DATABASE x, SCHEMA x.y or TABLE x; else where the session stands. */
async function place(context: Context, from: number): Promise<Where> {
  const { tokens, session, account } = context;
  const kind = tokens[from - 1]?.text ?? '';
  if (!['TABLES', 'VIEWS', 'OBJECTS', 'COLUMNS', 'SCHEMAS', 'STAGES'].includes(kind)) return {};
  const at = tokens.findIndex((token, n) => n >= from && isWord(token, 'IN'));
  const here: Where = {
    ...(session.database !== undefined && { database: session.database }),
    ...(session.schema !== undefined && kind !== 'SCHEMAS' && { schema: session.schema }),
  };
  if (at < 0) return here;
  if (isWord(tokens[at + 1], 'ACCOUNT')) return {};
  const hasKind = isWord(tokens[at + 1], 'DATABASE', 'SCHEMA', 'TABLE', 'VIEW');
  const { parts } = partsAt(tokens, hasKind ? at + 2 : at + 1);
  if (isWord(tokens[at + 1], 'TABLE', 'VIEW') || (kind === 'COLUMNS' && !hasKind)) {
    const object = objectOf(context, parts);
    await columnsOfTable(context, object);
    return { database: object.database, schema: object.schema, table: object.name };
  }
  if (
    isWord(tokens[at + 1], 'DATABASE') ||
    (kind === 'SCHEMAS' && parts.length === 1) ||
    (!hasKind && parts.length === 1 && (await account.hasDatabase(parts[0] ?? '')))
  ) {
    const [database = session.database ?? ''] = parts;
    if (!(await account.hasDatabase(database))) throw missingObject('Database', database);
    return { database };
  }
  const [schema = session.schema ?? '', database = session.database ?? ''] = parts.toReversed();
  if (schema !== 'INFORMATION_SCHEMA' && !(await account.hasSchema(database, schema)))
    throw missingObject('Schema', `${database}.${schema}`);
  return { database, schema };
}

/** SHOW GRANTS [TO ROLE r | TO USER u | ON kind name]. */
async function showGrants(context: Context, at: number): Promise<Outcome> {
  const { tokens, session } = context;
  const columns = `CREATED_ON AS "created_on", PRIVILEGE AS "privilege", GRANTED_ON AS "granted_on", NAME AS "name", GRANTED_TO AS "granted_to", GRANTEE AS "grantee_name", 'false' AS "grant_option", 'ACCOUNTADMIN' AS "granted_by"`;
  const grants = `SELECT ${columns} FROM _sf.main.GRANTS`;
  if (isWord(tokens[at], 'ON')) {
    const isAccount = isWord(tokens[at + 1], 'ACCOUNT');
    const { parts } = partsAt(tokens, at + 2);
    const kind = tokens[at + 1]?.text ?? '';
    const name = ['TABLE', 'VIEW'].includes(kind)
      ? wholeOf(objectOf(context, parts))
      : parts.join('.');
    return asQuery(
      `${grants} WHERE GRANTED_ON = ${quoteText(kind)} AND ${isAccount ? 'true' : `NAME = ${quoteText(name)}`}`,
    );
  }
  const isUser = isWord(tokens[at + 1], 'USER');
  const name = tokens[at + 2]?.text ?? (isUser ? '' : session.user);
  if (isWord(tokens[at], 'TO') && isUser)
    return asQuery(
      `SELECT CREATED_ON AS "created_on", NAME AS "role", GRANTED_TO AS "granted_to", GRANTEE AS "grantee_name", 'ACCOUNTADMIN' AS "granted_by" FROM _sf.main.GRANTS WHERE GRANTED_TO = 'USER' AND GRANTEE = ${quoteText(name)}`,
    );
  if (isWord(tokens[at], 'TO')) {
    const known = await context.account.rows(
      `SELECT 1 FROM _sf.main.ROLES WHERE NAME = ${quoteText(name)}`,
    );
    if (known.length === 0) throw missingObject('Role', name);
    return asQuery(`${grants} WHERE GRANTED_TO = 'ROLE' AND GRANTEE = ${quoteText(name)}`);
  }
  return asQuery(`${grants} WHERE GRANTED_TO = 'USER' AND GRANTEE = ${quoteText(session.user)}`);
}

/** DESCRIBE TABLE, VIEW; `DESC` is the same. */
export async function describe(context: Context): Promise<Outcome> {
  const { tokens } = context;
  if (!isWord(tokens[1], 'TABLE', 'VIEW')) throw notCovered(`DESCRIBE ${tokens[1]?.text ?? ''}`);
  const { object } = objectAt(context, 2);
  await columnsOfTable(context, object);
  await demand(context, ['TABLE', 'VIEW'], wholeOf(object), ['SELECT', 'REFERENCES']);
  return asQuery(
    `SELECT column_name AS "name", _sf.main.SIZED_TYPE(data_type) AS "type", 'COLUMN' AS "kind", CASE WHEN is_nullable THEN 'Y' ELSE 'N' END AS "null?", column_default AS "default", 'N' AS "primary key", 'N' AS "unique key", NULL::VARCHAR AS "check", NULL::VARCHAR AS "expression", comment AS "comment", NULL::VARCHAR AS "policy name"
     FROM duckdb_columns() WHERE database_name = ${quoteText(object.database)} AND schema_name = ${quoteText(object.schema)} AND table_name = ${quoteText(object.name)} ORDER BY column_index`,
  );
}
