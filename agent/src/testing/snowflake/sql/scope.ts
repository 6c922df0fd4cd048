import type { Token } from './tokens.js';

/** What a statement may ask of the session that it runs in. */
export interface Scope {
  /** The statement as it was sent. */
  text: string;
  /** Literals of DuckDB, by their place, for `?` and `:1`. */
  binds: readonly string[];
  /** What CURRENT_USER(), CURRENT_ROLE() and the like give. */
  current: Readonly<Record<string, string | undefined>>;
  /** Literals of DuckDB for `$name`. */
  variables: ReadonlyMap<string, string>;
  /** Queries of DuckDB for the results of earlier statements, by their ids; the last one's is under ''. */
  results: ReadonlyMap<string, string>;
  /** A query of DuckDB for the statements of this session. */
  history: () => string;
}

/** What makes DuckDB's SQL of Snowflake's words. */
export interface Translator {
  scope: Scope;
  sqlOf(tokens: readonly Token[]): string;
}
