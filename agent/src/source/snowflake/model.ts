import type { SourceQuery } from '../../connector/source.js';
import { Failure } from '../../failure.js';
import type { DriverColumn } from './driver/protocol.js';
import { quoteIdentifier, quoteTable } from './name.js';
import { textColumnOf } from './value.js';
import type { TextColumn } from './value.js';

/** A line break ends a comment that the model's SQL may end with. */
export function fromOf({ model }: SourceQuery): string {
  return 'sql' in model
    ? `from (${model.sql.replace(/;\s*$/, '')}\n) as model`
    : `from ${quoteTable(model.table)} as model`;
}

/**
 * The columns that are asked for, under the names that they are asked for. A name that is not there as it is written is
 * what Snowflake would make of it without quotes: the same in upper case.
 */
export function columnsOf(query: SourceQuery, there: readonly DriverColumn[]): TextColumn[] {
  for (const { column } of query.first?.orderBy ?? []) columnOf(there, column);
  return query.columns.map((name) => ({ ...textColumnOf(columnOf(there, name)), name }));
}

function columnOf(there: readonly DriverColumn[], name: string): DriverColumn {
  const column =
    there.find((each) => each.name === name) ??
    there.find((each) => each.name === name.toUpperCase());
  if (column) return column;
  throw new Failure(
    'CONFIG',
    'source.column_missing',
    'The model does not return a column that the sync reads.',
    { detail: `missing: ${name}\nthere: ${there.map((each) => each.name).join(', ')}` },
  );
}

/** The rows of the model, each column its canonical text. */
export function selectOf(
  query: SourceQuery,
  columns: readonly TextColumn[],
  there: readonly DriverColumn[],
): string {
  const list = columns.map(({ sql }, n) => `${sql} as ${quoteIdentifier(`drawbridge:${n}`)}`);
  return `select ${list.join(', ')} ${fromOf(query)}${query.first ? firstOf(query, columns, there) : ''}`;
}

/**
 * Only the first row of each key, by the order that was asked for. Keys are told apart by the bytes of the texts that are
 * read, so a collation that takes two texts for one loses none. Rows that tie go by what is read of them: the same rows
 * give the same first one in every run. A key with NULL is no key; all of its rows are read.
 */
function firstOf(
  { first }: SourceQuery,
  columns: readonly TextColumn[],
  there: readonly DriverColumn[],
): string {
  const { key = [], orderBy = [] } = first ?? {};
  const keys = key.map((name) => textColumnOf(columnOf(there, name)));
  const order = orderBy.map(({ column, descending }) => {
    const { name } = columnOf(there, column);
    return `${quoteIdentifier(name)} ${descending ? 'desc' : 'asc'} nulls last`;
  });
  const isNull = keys.map(({ ownName }) => `${quoteIdentifier(ownName)} is null`);
  const by = [...order, ...columns.map(bytesOf)].join(', ');
  return ` qualify row_number() over (partition by ${keys.map(bytesOf).join(', ')} order by ${by}) = 1
    or ${isNull.join(' or ')}`;
}

const bytesOf = ({ sql }: TextColumn): string => `hex_encode(${sql})`;
