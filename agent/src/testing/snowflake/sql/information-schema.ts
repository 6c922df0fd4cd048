import { array, object, zoned } from './types.js';

/** Snowflake's name of a type that DuckDB holds; `t` is DuckDB's name. */
const nameOf = (t: string): string => `CASE
  WHEN ${t} LIKE 'DECIMAL%' OR ${t} IN ('BIGINT', 'INTEGER', 'HUGEINT', 'SMALLINT', 'TINYINT', 'UBIGINT') THEN 'NUMBER'
  WHEN ${t} IN ('DOUBLE', 'FLOAT') THEN 'FLOAT' WHEN ${t} = 'BLOB' THEN 'BINARY'
  WHEN ${t} IN ('TIMESTAMP', 'TIMESTAMP_NS') THEN 'TIMESTAMP_NTZ' WHEN ${t} = 'TIMESTAMP WITH TIME ZONE' THEN 'TIMESTAMP_LTZ'
  WHEN ${t} = '${zoned}' THEN 'TIMESTAMP_TZ' WHEN ${t} = 'JSON' THEN 'VARIANT' WHEN ${t} = '${object}' THEN 'OBJECT'
  WHEN ${t} = '${array}' THEN 'ARRAY' WHEN ${t} LIKE 'GEOMETRY%' THEN 'GEOGRAPHY'
  WHEN ${t} IN ('BOOLEAN', 'DATE', 'TIME') THEN ${t} ELSE 'TEXT' END`;

/** What SHOW COLUMNS and DESCRIBE call it, with its sizes. */
const sizedNameOf = (t: string): string => `CASE ${nameOf(t)}
  WHEN 'NUMBER' THEN CASE WHEN ${t} LIKE 'DECIMAL%' THEN 'NUMBER' || ${t}[8:] ELSE 'NUMBER(38,0)' END
  WHEN 'TEXT' THEN 'VARCHAR(16777216)' WHEN 'BINARY' THEN 'BINARY(8388608)' WHEN 'TIME' THEN 'TIME(9)'
  WHEN 'TIMESTAMP_NTZ' THEN 'TIMESTAMP_NTZ(9)' WHEN 'TIMESTAMP_LTZ' THEN 'TIMESTAMP_LTZ(9)' WHEN 'TIMESTAMP_TZ' THEN 'TIMESTAMP_TZ(9)'
  ELSE ${nameOf(t)} END`;

const isAll = `getvariable('ROLE') IN ('ACCOUNTADMIN', 'SYSADMIN')`;
/** Whether the session's role has any right on a thing; of a role that another has been granted to, too. */
const sees = (kind: string, name: string): string =>
  `(${isAll} OR EXISTS (SELECT 1 FROM _sf.main.GRANTS g WHERE g.GRANTED_ON IN (${kind}) AND g.NAME = ${name} AND list_contains(ROLES_OF(getvariable('ROLE')), g.GRANTEE)))`;

const tableName = `database_name || '.' || schema_name || '.' || table_name`;

/** As table macros over DuckDB's catalog; each takes the database. Only what the role has rights on is seen. */
export const informationMacros: readonly string[] = [
  `ROLES_OF(r) AS (WITH RECURSIVE held(name) AS (SELECT r UNION SELECT 'PUBLIC' UNION SELECT g.NAME FROM _sf.main.GRANTS g JOIN held ON g.GRANTEE = held.name AND g.GRANTED_ON = 'ROLE') SELECT list(name) FROM held)`,
  `OBJECTS_SEEN() AS TABLE SELECT database_name, schema_name, table_name, 'BASE TABLE' AS kind, estimated_size AS size, comment, NULL AS text FROM duckdb_tables() WHERE database_name <> '_sf' AND ${sees(`'TABLE'`, tableName)}
     UNION ALL BY NAME SELECT database_name, schema_name, view_name AS table_name, 'VIEW' AS kind, comment, sql AS text FROM duckdb_views() WHERE NOT internal AND database_name <> '_sf' AND ${sees(`'VIEW'`, `database_name || '.' || schema_name || '.' || view_name`)}`,
  `TABLES_OF(db) AS TABLE SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, 'ACCOUNTADMIN' AS TABLE_OWNER, kind AS TABLE_TYPE, 'NO' AS IS_TRANSIENT,
     CASE WHEN kind = 'VIEW' THEN NULL ELSE size END::DECIMAL(38,0) AS ROW_COUNT, NULL::DECIMAL(38,0) AS BYTES, now() AS CREATED, now() AS LAST_ALTERED, comment AS COMMENT FROM _sf.main.OBJECTS_SEEN() WHERE database_name = db`,
  `VIEWS_OF(db) AS TABLE SELECT database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME, 'ACCOUNTADMIN' AS TABLE_OWNER, text AS VIEW_DEFINITION, 'NO' AS IS_SECURE, now() AS CREATED, comment AS COMMENT
     FROM _sf.main.OBJECTS_SEEN() WHERE kind = 'VIEW' AND database_name = db`,
  `COLUMNS_OF(db) AS TABLE SELECT c.database_name AS TABLE_CATALOG, c.schema_name AS TABLE_SCHEMA, c.table_name AS TABLE_NAME, column_name AS COLUMN_NAME, column_index::DECIMAL(9,0) AS ORDINAL_POSITION, column_default AS COLUMN_DEFAULT,
     CASE WHEN is_nullable THEN 'YES' ELSE 'NO' END AS IS_NULLABLE, ${nameOf('data_type')} AS DATA_TYPE, CASE ${nameOf('data_type')} WHEN 'TEXT' THEN 16777216 WHEN 'BINARY' THEN 8388608 END::DECIMAL(9,0) AS CHARACTER_MAXIMUM_LENGTH,
     CASE WHEN ${nameOf('data_type')} = 'NUMBER' THEN CASE WHEN data_type LIKE 'DECIMAL%' THEN numeric_precision ELSE 38 END END::DECIMAL(9,0) AS NUMERIC_PRECISION, CASE WHEN ${nameOf('data_type')} = 'NUMBER' THEN 10 END::DECIMAL(9,0) AS NUMERIC_PRECISION_RADIX,
     CASE WHEN ${nameOf('data_type')} = 'NUMBER' THEN coalesce(numeric_scale, 0) END::DECIMAL(9,0) AS NUMERIC_SCALE, CASE WHEN ${nameOf('data_type')} LIKE 'TIME%' THEN 9 END::DECIMAL(9,0) AS DATETIME_PRECISION, c.comment AS COMMENT
     FROM duckdb_columns() c JOIN _sf.main.OBJECTS_SEEN() o ON o.database_name = c.database_name AND o.schema_name = c.schema_name AND o.table_name = c.table_name WHERE c.database_name = db`,
  `SCHEMATA_OF(db) AS TABLE SELECT database_name AS CATALOG_NAME, schema_name AS SCHEMA_NAME, 'ACCOUNTADMIN' AS SCHEMA_OWNER, 'NO' AS IS_TRANSIENT, now() AS CREATED, comment AS COMMENT FROM duckdb_schemas()
     WHERE database_name = db AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') AND ${sees(`'SCHEMA'`, `database_name || '.' || schema_name`)} UNION ALL SELECT db, 'INFORMATION_SCHEMA', '', 'NO', now(), 'Views describing the contents of schemas in this database'`,
  `DATABASES_OF(db) AS TABLE SELECT database_name AS DATABASE_NAME, 'ACCOUNTADMIN' AS DATABASE_OWNER, 'NO' AS IS_TRANSIENT, comment AS COMMENT, now() AS CREATED FROM duckdb_databases() WHERE NOT internal AND database_name NOT IN ('_sf', 'memory') AND ${sees(`'DATABASE'`, 'database_name')}`,
  `ALL_SCHEMATA() AS TABLE SELECT database_name AS CATALOG_NAME, schema_name AS SCHEMA_NAME, now() AS CREATED, comment AS COMMENT FROM duckdb_schemas()
     WHERE database_name NOT IN ('_sf', 'memory', 'system', 'temp') AND schema_name NOT IN ('main', 'information_schema', 'pg_catalog') AND ${sees(`'SCHEMA'`, `database_name || '.' || schema_name`)}`,
  `SHOWN_TYPE(t) AS CASE ${nameOf('t')} WHEN 'NUMBER' THEN 'FIXED' WHEN 'FLOAT' THEN 'REAL' ELSE ${nameOf('t')} END`,
  `SIZED_TYPE(t) AS ${sizedNameOf('t')}`,
  `TYPE_NAME(t) AS ${nameOf('t')}`,
];
