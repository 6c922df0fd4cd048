import { createHash } from 'node:crypto';

/**
 * What shapes how values are written as text, in the model's own casts too. An account, a user or a role may have it
 * otherwise. https://docs.snowflake.com/en/sql-reference/parameters (read 2026-11)
 */
const pinned = {
  timezone: `'UTC'`,
  date_output_format: `'YYYY-MM-DD'`,
  time_output_format: `'HH24:MI:SS.FF9'`,
  timestamp_output_format: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  timestamp_ntz_output_format: `'YYYY-MM-DD HH24:MI:SS.FF9'`,
  timestamp_ltz_output_format: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  timestamp_tz_output_format: `'YYYY-MM-DD HH24:MI:SS.FF9 TZHTZM'`,
  binary_output_format: `'HEX'`,
  geography_output_format: `'GeoJSON'`,
  geometry_output_format: `'GeoJSON'`,
  json_indent: '0',
  strict_json_output: 'true',
  quoted_identifiers_ignore_case: 'false',
};

/**
 * A user has all of its other roles beside the one that is named, unless it is told otherwise: what the agent reads, and what
 * a check of the connection says of it, is by that role alone.
 * https://docs.snowflake.com/en/sql-reference/sql/use-secondary-roles (read 2026-11)
 */
export const byOwnRole = 'use secondary roles none';

/** Pins all of it, and how long a statement may take. Nobody's query goes on without the agent. */
export function pinSession(statementTimeout: number): string {
  const settings = {
    ...pinned,
    statement_timeout_in_seconds: String(statementTimeout),
    abort_detached_query: 'true',
  };
  return `alter session set ${Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}`)
    .join(', ')}`;
}

/** Names how such a session writes values as text. Weekly releases of the warehouse change nothing of it. */
export function textForm(version: string): string {
  const settings = createHash('sha256').update(JSON.stringify(pinned)).digest('hex').slice(0, 8);
  return `snowflake ${Number.parseInt(version, 10)}, settings ${settings}`;
}
