import { notCovered } from '../snowflake-error.js';
import { localText, offsetText } from './moment.js';
import { closingOf, isMark, isWord } from './tokens.js';
import type { Token } from './tokens.js';

/** A type of Snowflake and how DuckDB keeps it here. */
export interface SnowflakeType {
  /** As `INFORMATION_SCHEMA.COLUMNS.DATA_TYPE` names it. */
  name: string;
  /** The type of DuckDB that holds it. */
  held: string;
  /** The macro that turns any value into it, as a cast does; empty where DuckDB's own cast does. */
  cast: string;
}

/** TIMESTAMP_TZ keeps the offset of each value, in minutes, which DuckDB's own type does not. */
export const zoned = 'STRUCT(t TIMESTAMP, o SMALLINT)';
/** DuckDB refuses to look at a cast between structs that share no member, so these share one that says nothing. */
export const object = 'STRUCT("object" JSON, o SMALLINT)';
export const array = 'STRUCT("array" JSON, o SMALLINT)';

const plain: Readonly<Record<string, SnowflakeType>> = {
  FLOAT: { name: 'FLOAT', held: 'DOUBLE', cast: 'SF_TO_DOUBLE' },
  TEXT: { name: 'TEXT', held: 'VARCHAR', cast: 'TO_VARCHAR' },
  BINARY: { name: 'BINARY', held: 'BLOB', cast: 'TO_BINARY' },
  BOOLEAN: { name: 'BOOLEAN', held: 'BOOLEAN', cast: 'TO_BOOLEAN' },
  DATE: { name: 'DATE', held: 'DATE', cast: 'TO_DATE' },
  TIME: { name: 'TIME', held: 'TIME', cast: 'TO_TIME' },
  TIMESTAMP_NTZ: { name: 'TIMESTAMP_NTZ', held: 'TIMESTAMP', cast: 'TO_TIMESTAMP_NTZ' },
  TIMESTAMP_LTZ: { name: 'TIMESTAMP_LTZ', held: 'TIMESTAMPTZ', cast: 'TO_TIMESTAMP_LTZ' },
  TIMESTAMP_TZ: { name: 'TIMESTAMP_TZ', held: zoned, cast: 'TO_TIMESTAMP_TZ' },
  VARIANT: { name: 'VARIANT', held: 'JSON', cast: 'TO_VARIANT' },
  OBJECT: { name: 'OBJECT', held: object, cast: 'TO_OBJECT' },
  ARRAY: { name: 'ARRAY', held: array, cast: 'TO_ARRAY' },
  GEOGRAPHY: { name: 'GEOGRAPHY', held: 'GEOMETRY', cast: 'TO_GEOGRAPHY' },
};

const synonyms: Readonly<Record<string, string>> = {
  NUMBER: 'NUMBER',
  DECIMAL: 'NUMBER',
  NUMERIC: 'NUMBER',
  DEC: 'NUMBER',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'INTEGER',
  SMALLINT: 'INTEGER',
  TINYINT: 'INTEGER',
  BYTEINT: 'INTEGER',
  FLOAT: 'FLOAT',
  FLOAT4: 'FLOAT',
  FLOAT8: 'FLOAT',
  DOUBLE: 'FLOAT',
  REAL: 'FLOAT',
  VARCHAR: 'TEXT',
  CHAR: 'TEXT',
  CHARACTER: 'TEXT',
  NCHAR: 'TEXT',
  NVARCHAR: 'TEXT',
  STRING: 'TEXT',
  TEXT: 'TEXT',
  BINARY: 'BINARY',
  VARBINARY: 'BINARY',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'TIMESTAMP_NTZ',
  TIMESTAMP: 'TIMESTAMP_NTZ',
  TIMESTAMP_NTZ: 'TIMESTAMP_NTZ',
  TIMESTAMPNTZ: 'TIMESTAMP_NTZ',
  TIMESTAMP_LTZ: 'TIMESTAMP_LTZ',
  TIMESTAMPLTZ: 'TIMESTAMP_LTZ',
  TIMESTAMP_TZ: 'TIMESTAMP_TZ',
  TIMESTAMPTZ: 'TIMESTAMP_TZ',
  VARIANT: 'VARIANT',
  OBJECT: 'OBJECT',
  ARRAY: 'ARRAY',
  GEOGRAPHY: 'GEOGRAPHY',
};

/**
 * Reads the type that begins at `at`. DuckDB's nanoseconds end in the year 2262, so that a timestamp keeps microseconds
 * unless its type says (7), (8) or (9) itself.
 */
export function typeAt(
  tokens: readonly Token[],
  at: number,
): { type: SnowflakeType; next: number } {
  const word = tokens[at];
  const known = word?.kind === 'word' ? synonyms[word.text] : undefined;
  if (!known) throw notCovered(`data type ${word?.text ?? ''}`);
  let next = at + 1;
  if (word?.text === 'DOUBLE' && isWord(tokens[next], 'PRECISION')) next += 1;
  if (isWord(tokens[next], 'VARYING')) next += 1;
  const sizes: number[] = [];
  if (isMark(tokens[next], '(')) {
    const close = closingOf(tokens, next);
    for (const token of tokens.slice(next + 1, close))
      if (token.kind === 'number') sizes.push(Number(token.text));
      else if (!isMark(token, ',')) throw notCovered(`structured type ${known}`);
    next = close + 1;
  }
  return { type: sized(known, sizes), next };
}

function sized(known: string, [first, second = 0]: number[]): SnowflakeType {
  if (known === 'NUMBER' || known === 'INTEGER') return numberType(first ?? 38, second);
  if (known === 'TIMESTAMP_NTZ' && (first ?? 0) > 6)
    return { name: 'TIMESTAMP_NTZ', held: 'TIMESTAMP_NS', cast: 'SF_TO_NANOSECONDS' };
  return plain[known] ?? numberType(38, 0);
}

export function numberType(precision: number, scale: number): SnowflakeType {
  return { name: 'NUMBER', held: `DECIMAL(${precision},${scale})`, cast: '' };
}

/**
 * Casts an expression of DuckDB's SQL as Snowflake would. DuckDB's own cast to a number is the same, and a text that is
 * written out is read here and now, and not row by row.
 */
export function castTo(type: SnowflakeType, sql: string): string {
  if (type.cast === '') return `CAST(${sql} AS ${type.held})`;
  const literal = /^'((?:[^']|'')*)'$/.exec(sql)?.[1];
  const offset = literal && type.name === 'TIMESTAMP_TZ' ? offsetText(literal) : '';
  if (literal !== undefined && offset !== '')
    return `{'t': TIMESTAMP '${localText(literal)}' - INTERVAL (${offset}) MINUTE, 'o': ${offset}::SMALLINT}`;
  return `CAST(${type.cast}(${sql}) AS ${type.held})`;
}

/** What a cast gives that may fail: NULL. */
export function tryCastTo(type: SnowflakeType, sql: string): string {
  if (type.cast === '') return `TRY_CAST(${sql} AS ${type.held})`;
  if (type.cast === 'TO_VARCHAR') return castTo(type, sql);
  return `TRY_${type.cast.replace(/^SF_/, '')}(${sql})::${type.held}`;
}
