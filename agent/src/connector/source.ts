import type { Fields, SecretsOf, SettingsOf } from './field.js';
import type { Advice } from './advice.js';
import type { HostPort } from './journey.js';
import type { List } from './listing.js';
import type { Column } from './value.js';

/** What a source is asked for: one query, read once from start to end. */
export interface SourceQuery {
  /** The model's SQL without a closing semicolon, or the name of a table. */
  model: { sql: string } | { table: string };
  /** The columns to read, in this order; what the mapping doesn't read never leaves the source. */
  columns: readonly string[];
  /**
   * Of rows with the same key, only the first in this order is read. NULL comes last in either direction; the choice is
   * the same as long as the rows are. Rows with NULL in the key are all read.
   */
  first?: {
    key: readonly string[];
    orderBy: readonly { column: string; descending: boolean }[];
  };
  /** Where somebody limits what may be read: the source has its database tell what that is, and asks of all of it. */
  bounds?: ReadingBounds;
  /** Ids that the source attaches to the query (a comment or query tag), for the database's own log. */
  tag: { workspaceId: string; syncId: string; runId: string };
}

/** What a query may read. Each throws CONFIG for what it may not. */
export interface ReadingBounds {
  /** Every relation that the query reads, through views and functions too: `schema.table`, as the database has it. */
  relation(name: string): void;
  /** Every column that is read of it, and where it comes from; undefined: it is computed. */
  column(name: string, origin: { table: string; column: string } | undefined): void;
}

/** A folder of the agent's own bucket that is empty, and this query's alone. */
export interface UnloadPlace {
  /** `s3://bucket/…/`. */
  url: string;
  /** The same below the prefix that the agent was given: its `key` is the end of `url`. */
  key: string;
}

/** Rows that pass no agent on their way: the source writes them into the agent's own bucket. */
export interface UnloadedRows extends Pick<RowStream, 'columns' | 'form' | 'close'> {
  /**
   * Called once. Resolves with the number of rows when all of them are in Parquet files in the folder: the columns in
   * their order, whatever they are called there, each the canonical text of a value (`value.ts`), not escaped.
   */
  unload(): Promise<number>;
}

export interface RowStream {
  /** One for each column asked for, in that order; types come from the driver's metadata. */
  columns: readonly Column[];
  /**
   * Names what else the texts of values depend on: the server's version, the session's settings. While it stays, equal
   * values have equal texts. At most 100 characters.
   */
  form: string;
  /**
   * Lines as `value.ts` defines them, cut anywhere. A chunk is the reader's until it asks for the next one. The stream
   * throws a Failure if the query breaks half way.
   */
  chunks: AsyncIterable<Uint8Array>;
  /** Ends the query and lets go of what it holds in the source, whether its rows were read or not. */
  close(): Promise<void>;
}

export interface SourceConnection {
  /** Resolves when the source answers and may be read; throws a Failure that says what to do. */
  check(signal: AbortSignal): Promise<void>;
  /** Starts the query in a read-only session. A column that isn't there is CONFIG `source.column_missing`. */
  query(query: SourceQuery, signal: AbortSignal): Promise<RowStream>;
  /** There where the rows are to be unloaded, and used instead; everything else is as with `query`. */
  unload?(query: SourceQuery, to: UnloadPlace, signal: AbortSignal): Promise<UnloadedRows>;
  list?: List;
  close(): Promise<void>;
}

export interface SourceDefinition<S extends Fields = Fields, K extends Fields = Fields> {
  /** The folder's name, and `type:` in the YAML. */
  name: string;
  label: string;
  /** The package that speaks to the vendor, one of the agent's dependencies. Absent: the agent does so itself. */
  client?: string;
  settings: S;
  secrets: K;
  advice?: readonly Advice[];
  /** It heeds the `bounds` of a query: of SQL that it is given it can tell what is read. */
  judgesSql?: boolean;
  /** Every host that the settings name. Absent: it opens no connection. */
  hosts?(settings: SettingsOf<S>): readonly HostPort[];
  /** It speaks no HTTP, so no forward proxy is on its way. */
  pastProxy?: true;
  open(connection: { settings: SettingsOf<S>; secrets: SecretsOf<K> }): SourceConnection;
}

export function defineSource<S extends Fields, K extends Fields>(
  definition: SourceDefinition<S, K>,
): SourceDefinition<S, K> {
  return definition;
}
