import type { ModelEntry } from './entry.js';
import { duplicates, duplicatesOf, orderBy } from './read-duplicates.js';
import { listOf, mapped, nonEmptyText, optional, required, shape, type Reader } from './reader.js';
import { referenceTo } from './reference.js';
import type { At } from './yaml-file.js';

const primaryKey: Reader<string[]> = mapped(listOf(nonEmptyText), (columns, at) => {
  if (columns.length === 0)
    return at.file.report(at, 'spec.empty_key', 'Name the columns that tell one row from another.');
  if (columns.length > 32)
    return at.file.report(at, 'spec.bad_value', 'A primary key has at most 32 columns.');
  const twice = columns.find((column, index) => columns.indexOf(column) < index);
  if (twice === undefined) return { value: columns };
  return at.file.report(at, 'spec.duplicate_name', `"${twice}" is in the primary key twice.`);
});

const written = shape({
  source: required(referenceTo('sources')),
  primaryKey: required(primaryKey),
  sql: optional(nonEmptyText, undefined),
  table: optional(nonEmptyText, undefined),
  duplicates: optional(duplicates, 'invalid'),
  orderBy: optional(orderBy, undefined),
});

export const modelEntry: Reader<ModelEntry> = mapped(
  written,
  ({ source, primaryKey: columns, sql, table, ...copies }, at) => {
    const query = queryOf(sql, table, at);
    const keep = duplicatesOf(copies, at);
    if (!query || !keep) return undefined;
    const duplicated = keep.value && { duplicates: keep.value };
    return { value: { source, query, primaryKey: columns, ...duplicated } };
  },
);

function queryOf(sql: string | undefined, table: string | undefined, at: At) {
  if (sql !== undefined && table !== undefined)
    return at.file.report(at, 'spec.conflict', 'A model has "sql" or "table", not both.');
  if (sql !== undefined) return { sql };
  if (table !== undefined) return { table };
  return at.file.report(at, 'spec.missing', 'Say what to read: "sql" or "table" is missing here.');
}
