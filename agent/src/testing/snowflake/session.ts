import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import { SnowflakeError } from './snowflake-error.js';

/** Parameters that every session has, with their values at the start; docs.snowflake.com/en/sql-reference/parameters. */
export const defaults: Readonly<Record<string, string>> = {
  TIMEZONE: 'America/Los_Angeles',
  DATE_OUTPUT_FORMAT: 'YYYY-MM-DD',
  TIME_OUTPUT_FORMAT: 'HH24:MI:SS',
  TIMESTAMP_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM',
  TIMESTAMP_NTZ_OUTPUT_FORMAT: 'YYYY-MM-DD HH24:MI:SS.FF3',
  TIMESTAMP_LTZ_OUTPUT_FORMAT: '',
  TIMESTAMP_TZ_OUTPUT_FORMAT: '',
  BINARY_OUTPUT_FORMAT: 'HEX',
  GEOGRAPHY_OUTPUT_FORMAT: 'GeoJSON',
  GEOMETRY_OUTPUT_FORMAT: 'GeoJSON',
  AUTOCOMMIT: 'true',
  QUERY_TAG: '',
  STATEMENT_TIMEOUT_IN_SECONDS: '172800',
  STATEMENT_QUEUED_TIMEOUT_IN_SECONDS: '0',
  MULTI_STATEMENT_COUNT: '1',
  STRICT_JSON_OUTPUT: 'false',
  USE_CACHED_RESULT: 'true',
  ROWS_PER_RESULTSET: '0',
  CLIENT_RESULT_CHUNK_SIZE: '160',
  CLIENT_RESULT_PREFETCH_SLOTS: '2',
  CLIENT_RESULT_PREFETCH_THREADS: '1',
  CLIENT_PREFETCH_THREADS: '4',
  CLIENT_SESSION_KEEP_ALIVE: 'false',
  CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY: '3600',
  CLIENT_STAGE_ARRAY_BINDING_THRESHOLD: '65280',
  CLIENT_TELEMETRY_ENABLED: 'true',
  JSON_INDENT: '2',
  TIMESTAMP_TYPE_MAPPING: 'TIMESTAMP_NTZ',
  QUERY_CONTEXT_CACHE_SIZE: '5',
  ABORT_DETACHED_QUERY: 'false',
  ERROR_ON_NONDETERMINISTIC_MERGE: 'true',
};

/** Parameters that do nothing here, and that Snowflake has. */
const isTolerated = (name: string): boolean =>
  /^(CLIENT_|ENABLE_|JS_|JDBC_|ODBC_|PYTHON_|GO_|TIMESTAMP_|DATE_|TIME_|BINARY_|ERROR_ON_|TRANSACTION_|WEEK_|LOCK_|QUOTED_|UNSUPPORTED_|IGNORE_|FORCE_|FEATURE_|MULTI_|ABORT_|JSON_|STRICT_|SEARCH_|SIMULATED_|USE_|S3_|LOG_|TRACE_|NETWORK_|OAUTH_)/.test(
    name,
  );

/** A statement that a session has run, or runs. */
export interface Ask {
  id: string;
  sqlText: string;
  status: string;
  error: SnowflakeError | undefined;
  parameters: ReadonlyMap<string, string>;
  cancel(): void;
}

/** One who is signed in: its two tokens, where it stands, and what it has asked. */
export class Session {
  readonly id = String(Math.floor(Math.random() * 2 ** 45));
  token = tokenText();
  masterToken = tokenText();
  tokenEndsAt: number;
  masterEndsAt: number;
  isGone = false;
  readonly parameters = new Map(Object.entries(defaults));
  readonly variables = new Map<string, string>();
  readonly history: Ask[] = [];
  /** What SELECTs gave, as SQL that gives it again, by the id of the query. */
  readonly results = new Map<string, string>();
  /** Tables that end with the session. */
  readonly temporary = new Set<string>();
  /** The connection of a transaction that was begun and has not ended. */
  transaction: DuckDBConnection | undefined;
  warehouse: string | undefined;
  database: string | undefined;
  schema: string | undefined;

  /** Those that a user has beside its first one; all, unless a session says otherwise. Rights are looked up by the first one alone here. */
  secondaryRoles: 'ALL' | 'NONE' = 'ALL';

  constructor(
    readonly user: string,
    public role: string,
    /** Seconds that each token is good for. */
    readonly validity: { session: number; master: number },
  ) {
    this.tokenEndsAt = Date.now() + validity.session * 1000;
    this.masterEndsAt = Date.now() + validity.master * 1000;
  }

  renew(): void {
    this.token = tokenText();
    this.masterToken = tokenText();
    this.tokenEndsAt = Date.now() + this.validity.session * 1000;
    this.masterEndsAt = Date.now() + this.validity.master * 1000;
  }

  /** Sets a parameter as ALTER SESSION does; one that does not exist is refused. */
  set(name: string, value: string): void {
    if (!Object.hasOwn(defaults, name) && !isTolerated(name))
      throw new SnowflakeError(
        '001008',
        '42000',
        `SQL compilation error:\ninvalid parameter '${name}'`,
      );
    this.parameters.set(name, value);
  }

  unset(name: string): void {
    const value = defaults[name];
    if (value === undefined) this.parameters.delete(name);
    else this.parameters.set(name, value);
  }

  /** A parameter that a statement may have been given for itself. */
  parameter(name: string): string {
    return this.parameters.get(name) ?? '';
  }

  /** Timestamps with a zone are written as TIMESTAMP_OUTPUT_FORMAT says, unless they have a format of their own. */
  shown(): Map<string, string> {
    const shown = new Map(this.parameters);
    for (const name of ['TIMESTAMP_LTZ_OUTPUT_FORMAT', 'TIMESTAMP_TZ_OUTPUT_FORMAT'])
      if (!shown.get(name)) shown.set(name, this.parameter('TIMESTAMP_OUTPUT_FORMAT'));
    return shown;
  }
}

/** Those who are signed in, by their tokens. */
export class Sessions {
  readonly all = new Set<Session>();

  /** The session of an `Authorization: Snowflake Token="…"`; its token has to be good still. */
  ofToken(header: string | undefined): Session {
    const token = tokenOf(header);
    const session = [...this.all].find((one) => one.token === token);
    if (!session) throw invalidToken();
    if (session.isGone) throw gone();
    if (session.tokenEndsAt <= Date.now())
      throw new SnowflakeError('390112', '08001', 'Your session has expired. Please login again.');
    return session;
  }

  ofMasterToken(header: string | undefined): Session {
    const token = tokenOf(header);
    const session = [...this.all].find((one) => one.masterToken === token);
    if (!session) throw invalidToken();
    if (session.isGone) throw gone();
    if (session.masterEndsAt <= Date.now())
      throw new SnowflakeError(
        '390114',
        '08001',
        'Authentication token has expired.  The user must authenticate again.',
      );
    return session;
  }
}

const gone = (): SnowflakeError =>
  new SnowflakeError(
    '390111',
    '08001',
    'Session no longer exists.  New login required to access the service.',
  );

const invalidToken = (): SnowflakeError =>
  new SnowflakeError(
    '390104',
    '08001',
    'Session token is invalid.  User must login again to access the service.',
    401,
  );

function tokenOf(header: string | undefined): string {
  return /^Snowflake Token="([^"]+)"$/.exec(header ?? '')?.[1] ?? '';
}

function tokenText(): string {
  return `ver:3-hint:${randomUUID()}-ETMsDgAAA${randomUUID().replaceAll('-', '')}`;
}
