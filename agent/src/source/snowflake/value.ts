import type { Column, ValueType } from '../../connector/value.js';
import type { DriverColumn } from './driver/protocol.js';
import { quoteIdentifier } from './name.js';

/** A column of the model: what it is, and the SQL that writes it as canonical text. */
export interface TextColumn extends Column {
  /** As the warehouse has it. */
  ownName: string;
  sql: string;
}

export function textColumnOf(column: DriverColumn): TextColumn {
  const ownName = column.name;
  const { type, vendorType, sql } = formOf(column, quoteIdentifier(ownName));
  return { name: ownName, ownName, type, vendorType, sql };
}

interface Form {
  type: ValueType;
  vendorType: string;
  sql: string;
}

/** https://docs.snowflake.com/en/sql-reference/intro-summary-data-types (read 2026-11) */
function formOf({ type, precision, scale }: DriverColumn, name: string): Form {
  const kind = type.toLowerCase();
  const own = kind.toUpperCase();
  const withDigits = `${own}(${scale ?? 9})`;
  switch (kind) {
    case 'fixed':
      return {
        type: scale === 0 ? 'integer' : 'decimal',
        vendorType: `NUMBER(${precision ?? 38},${scale ?? 0})`,
        sql: `to_varchar(${name})`,
      };
    case 'real':
      return { type: 'float', vendorType: 'FLOAT', sql: floatText(name) };
    case 'text':
      return { type: 'text', vendorType: 'VARCHAR', sql: name };
    case 'boolean':
      return { type: 'boolean', vendorType: own, sql: booleanText(name) };
    case 'binary':
      return { type: 'bytes', vendorType: own, sql: binaryText(name) };
    case 'date':
      return { type: 'date', vendorType: own, sql: `to_varchar(${name}, 'YYYY-MM-DD')` };
    case 'time':
      return { type: 'time', vendorType: withDigits, sql: timeText(name, 'HH24:MI:SS.FF9') };
    case 'timestamp_ntz':
      return { type: 'timestamp', vendorType: withDigits, sql: timestampText(name) };
    case 'timestamp_ltz':
      return { type: 'timestamptz', vendorType: withDigits, sql: utcText(name) };
    case 'timestamp_tz':
      return {
        type: 'timestamptz',
        vendorType: withDigits,
        sql: utcText(`convert_timezone('UTC', ${name})`),
      };
    case 'variant':
    case 'object':
    case 'array':
    case 'map':
      return { type: 'json', vendorType: own, sql: `to_json(to_variant(${name}))` };
    case 'vector':
      // No function writes one as text, but it is an array of its numbers.
      return { type: 'json', vendorType: own, sql: `to_json(to_variant(${name}::array))` };
    default:
      return { type: 'other', vendorType: own, sql: `to_varchar(${name})` };
  }
}

/**
 * The short text where it is the same number, else all seventeen digits: `to_varchar` alone rounds, and `TME` is exact
 * and long.
 */
function floatText(name: string): string {
  return `case when ${name} = 'NaN'::float then 'NaN'
    when ${name} = 'inf'::float then 'Infinity' when ${name} = '-inf'::float then '-Infinity'
    when to_double(to_varchar(${name})) = ${name} then to_varchar(${name})
    else to_varchar(${name}, 'TME') end`;
}

/** A NULL is neither. */
const booleanText = (name: string): string =>
  `case ${name} when true then 't' when false then 'f' end`;

/** A backslash by its number, as it is an escape in Snowflake's literals. */
const binaryText = (name: string): string => `chr(92) || 'x' || lower(to_varchar(${name}, 'HEX'))`;

const timestampText = (sql: string): string => timeText(sql, 'YYYY-MM-DD HH24:MI:SS.FF9');

/** Of an instant; the session's time zone is UTC. */
const utcText = (sql: string): string => `${timestampText(sql)} || '+00'`;

/** No zeros at the end of a fraction, and no fraction of zeros. Nothing is rounded: nine digits stay nine. */
const timeText = (sql: string, form: string): string =>
  `rtrim(rtrim(to_varchar(${sql}, '${form}'), '0'), '.')`;
