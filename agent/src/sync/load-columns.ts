import type { ValueType } from '../connector/value.js';
import type { Change, Mapping } from './mapping.js';

/** A column of a file. */
export interface LoadColumn {
  name: string;
  type: ValueType;
  /** SQL of a line's field (`value.ts`), or NULL. */
  sql: string;
  /** NDJSON: a NULL is left out. */
  omitsNull: boolean;
}

/** Rows of one change that are written to files. */
export interface LoadRows {
  /** What stands behind `from`; it has `ord` 0, 1, 2, … */
  from: string;
  columns: readonly LoadColumn[];
  /** True where DuckDB gives them by `ord` without being told: they are of files in order, and joined with nothing. */
  isInOrder?: boolean;
}

/** A mapping's columns, the key's first, each name once: a field that has the name of a key field is what is written. */
export function loadColumns(
  { key, fields, expressions }: Pick<Mapping, 'key' | 'fields' | 'expressions'>,
  change: Change,
): LoadColumn[] {
  const columns = new Map<string, LoadColumn>();
  const sqls = expressions(change);
  for (const [n, { name, type, nulls }] of [...key, ...fields].entries())
    columns.set(name, { name, type, sql: sqls[n] ?? 'null', omitsNull: nulls === 'omit' });
  return [...columns.values()];
}
