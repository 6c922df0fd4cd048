import { tokensOf } from './tokens.js';
import type { SnowflakeType } from './types.js';
import { array, numberType, object, typeAt, zoned } from './types.js';

const names: Readonly<Record<string, string>> = {
  DOUBLE: 'FLOAT',
  VARCHAR: 'TEXT',
  BLOB: 'BINARY',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP_NTZ',
  TIMESTAMP_NS: 'TIMESTAMP_NTZ(9)',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMP_LTZ',
  [zoned]: 'TIMESTAMP_TZ',
  JSON: 'VARIANT',
  [object]: 'OBJECT',
  [array]: 'ARRAY',
};

/** The type of Snowflake that a column of DuckDB stands for. */
export function typeHeldAs(held: string): SnowflakeType {
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(held);
  if (decimal) return numberType(Number(decimal[1]), Number(decimal[2]));
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER)$/.test(held)) return numberType(38, 0);
  const name = held.startsWith('GEOMETRY') ? 'GEOGRAPHY' : (names[held] ?? 'TEXT');
  return typeAt(tokensOf(name), 0).type;
}
