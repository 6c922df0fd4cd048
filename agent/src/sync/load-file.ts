import { stat } from 'node:fs/promises';
import type { FileFormat } from '../connector/destination.js';
import type { Duck } from '../duck/duck.js';
import { quoteName, quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { LoadRows } from './load-columns.js';
import { csvLineSql, csvNames, jsonMembersSql, plainSql, textSql } from './load-text.js';
import { parquetSql, parquetTypes } from './load-types.js';
import type { Change } from './mapping.js';

export interface LoadFile {
  rows: LoadRows & { change: Change };
  format: FileFormat;
  /** From the row of this number to the one before that. */
  range: { from: number; to: number };
  path: string;
  /** What columns are in Parquet: for all rows that belong together, see `parquetTypes`; for these alone unless given. */
  types?: readonly string[];
}

/**
 * Writes rows in order as a file that a destination takes, by one statement of DuckDB. Throws REJECTED `record.bad_json`
 * before anything is written when NDJSON is wanted and a json column holds text that is none. Names in Parquet have to
 * differ by more than the case of their letters.
 */
export async function writeLoadFile(
  duck: Duck,
  file: LoadFile,
): Promise<{ bytes: number; rows: number }> {
  const { rows, path, range } = file;
  const { values, select, options } = await writingOf(duck, file);
  const order = rows.isInOrder ? '' : 'order by ord';
  const [counted] = await duck.rows(`copy (select ${select} from (
      select ${[...values.map((sql, n) => `${sql} as v${n}`), 'ord'].join(', ')} from ${rows.from}
      where ord >= ${range.from} and ord < ${range.to}) ${order})
    to ${quoteText(path)} (${options})`);
  return { bytes: (await stat(path)).size, rows: Number(counted?.[0] ?? 0) };
}

interface Writing {
  /** SQL of each column's value, over the rows. */
  values: string[];
  /** What is written of the values `v0`, `v1`, … */
  select: string;
  options: string;
}

async function writingOf(duck: Duck, file: LoadFile): Promise<Writing> {
  switch (file.format.kind) {
    case 'csv':
      return csvWriting(file);
    case 'ndjson':
      await assertJson(duck, file);
      return ndjsonWriting(file);
    case 'parquet':
      return parquetWriting(file, file.types ?? (await parquetTypes(duck, [file.rows])));
  }
}

function csvWriting({ rows: { columns, change }, format }: LoadFile): Writing {
  const { operationColumn, delimiter = ',' } = format;
  const operation = operationColumn ? quoteText(`${change}${delimiter}`) : `''`;
  const names = columns.map(({ name }) => name);
  const header = csvNames(operationColumn ? [operationColumn, ...names] : names, format);
  return {
    values: columns.map(({ sql, type }) => textSql(sql, type)),
    select: `${operation} || ${csvLineSql(columns, format)} as ${quoteName(header)}`,
    options: `${wholeLines(format)}, header true`,
  };
}

function ndjsonWriting({ rows: { columns, change }, format }: LoadFile): Writing {
  const { operationColumn } = format;
  const operation = operationColumn
    ? `'${JSON.stringify(operationColumn).replaceAll("'", "''")}:"${change}"'`
    : 'null';
  return {
    values: columns.map(({ sql, type }) => textSql(sql, type)),
    select: `'{' || concat_ws(',', ${operation}, ${jsonMembersSql(columns)}) || '}'`,
    options: `${wholeLines(format)}, header false`,
  };
}

function parquetWriting(
  { rows: { columns, change }, format }: LoadFile,
  types: readonly string[],
): Writing {
  const { operationColumn, compression } = format;
  const operation = operationColumn ? [`'${change}' as ${quoteName(operationColumn)}`] : [];
  const named = columns.map(({ name }, n) => `v${n} as ${quoteName(name)}`);
  return {
    values: columns.map((column, n) => parquetSql(column, types[n] ?? 'VARCHAR')),
    select: [...operation, ...named].join(', '),
    options: `format parquet, compression ${compression === 'none' ? 'uncompressed' : compression}, row_group_size 61440`,
  };
}

/** One text a row, to which DuckDB adds nothing but the end of its line: it must find nothing in it to quote. */
const wholeLines = ({ compression }: FileFormat): string =>
  `format csv, quote '', escape '', delimiter '\x01', compression ${compression}`;

const jsonFunction = 'is_json';

async function assertJson(duck: Duck, { rows, range }: LoadFile): Promise<void> {
  const texts = rows.columns.flatMap(({ sql, type }) =>
    type === 'json' ? [plainSql(sql, type)] : [],
  );
  if (texts.length === 0) return;
  duck.define(jsonFunction, jsonOrEmpty);
  const isBad = texts.map((text) => `${jsonFunction}(${text}) = ''`).join(' or ');
  const [bad] = await duck.rows(`select count(*) from ${rows.from}
    where ord >= ${range.from} and ord < ${range.to} and (${isBad})`);
  if (Number(bad?.[0]) > 0)
    throw new Failure('REJECTED', 'record.bad_json', 'A json column holds text that is not JSON.');
}

/** DuckDB's own check lets pass what others refuse, as NaN and a comma behind the last element. */
function jsonOrEmpty(text: string): string {
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return '';
  }
}
