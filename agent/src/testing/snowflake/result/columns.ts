import { DuckDBTypeId } from '@duckdb/node-api';
import type { DuckDBDecimalType, DuckDBPreparedStatement, DuckDBType } from '@duckdb/node-api';
import { array, object, zoned } from '../sql/types.js';

/** One of `rowtype` in an answer, as the driver reads it. */
export interface ColumnDescription {
  name: string;
  database: string;
  schema: string;
  table: string;
  nullable: boolean;
  type: string;
  scale: number | null;
  precision: number | null;
  length: number | null;
  byteLength: number | null;
  collation: null;
  /** What a type is besides: the driver sees a GEOGRAPHY as an object. */
  extTypeName?: string;
}

interface Form {
  type: string;
  scale?: number;
  precision?: number;
  length?: number;
  extTypeName?: string;
  /** The value as the wire has it, a text or NULL, of DuckDB's value in `c`. */
  wire(c: string): string;
}

export interface Column {
  description: ColumnDescription;
  wire(c: string): string;
}

const asText = (c: string): string => `${c}::VARCHAR`;
/** Seconds as decimals, exact, also before 1970. */
const seconds = (micros: string): string =>
  `(${micros}::DECIMAL(18,0) * 0.000001::DECIMAL(7,6))::VARCHAR || '000'`;

const forms: Readonly<Record<string, Form>> = {
  BOOLEAN: { type: 'boolean', wire: (c) => `CASE WHEN ${c} THEN '1' WHEN NOT ${c} THEN '0' END` },
  DOUBLE: { type: 'real', wire: (c) => `SF_FLOAT(${c}, ${c}::VARCHAR)` },
  FLOAT: { type: 'real', wire: (c) => `SF_FLOAT(${c}::DOUBLE, ${c}::VARCHAR)` },
  BLOB: { type: 'binary', length: 8_388_608, wire: (c) => `hex(${c})` },
  DATE: { type: 'date', wire: (c) => `(${c} - DATE '1970-01-01')::VARCHAR` },
  TIME: { type: 'time', scale: 9, precision: 0, wire: (c) => seconds(`epoch_us(${c})`) },
  TIMESTAMP: {
    type: 'timestamp_ntz',
    scale: 9,
    precision: 0,
    wire: (c) => seconds(`epoch_us(${c})`),
  },
  TIMESTAMP_NS: {
    type: 'timestamp_ntz',
    scale: 9,
    precision: 0,
    wire: (c) => `(epoch_ns(${c})::DECIMAL(19,0) * 0.000000001::DECIMAL(10,9))::VARCHAR`,
  },
  'TIMESTAMP WITH TIME ZONE': {
    type: 'timestamp_ltz',
    scale: 9,
    precision: 0,
    wire: (c) => seconds(`epoch_us(${c})`),
  },
  [zoned]: {
    type: 'timestamp_tz',
    scale: 9,
    precision: 0,
    wire: (c) => `${seconds(`epoch_us(${c}.t)`)} || ' ' || (${c}.o + 1440)::VARCHAR`,
  },
  JSON: { type: 'variant', wire: asText },
  [object]: { type: 'object', wire: (c) => `${c}."object"::VARCHAR` },
  [array]: { type: 'array', wire: (c) => `${c}."array"::VARCHAR` },
  GEOMETRY: { type: 'object', extTypeName: 'GEOGRAPHY', wire: (c) => `SF_GEOJSON(${c}::VARCHAR)` },
};
const text: Form = { type: 'text', length: 16_777_216, wire: asText };

/** The columns of a query that DuckDB has prepared. */
export function columnsOf(statement: DuckDBPreparedStatement): Column[] {
  return Array.from({ length: statement.columnCount }, (_, n) =>
    columnOf(statement.columnName(n), formOf(statement.columnType(n))),
  );
}

function columnOf(name: string, form: Form): Column {
  const { type, scale, precision, length, extTypeName } = form;
  return {
    description: {
      name,
      database: '',
      schema: '',
      table: '',
      nullable: true,
      type,
      scale: scale ?? null,
      precision: precision ?? null,
      length: length ?? null,
      byteLength: length ?? null,
      collation: null,
      ...(extTypeName !== undefined && { extTypeName }),
    },
    wire: form.wire,
  };
}

export const fixedColumn = (name: string): Column =>
  columnOf(name, { type: 'fixed', precision: 19, scale: 0, wire: asText });
export const textColumn = (name: string): Column => columnOf(name, text);

function formOf(type: DuckDBType): Form {
  if (type.typeId === DuckDBTypeId.DECIMAL) {
    const { width, scale } = type as DuckDBDecimalType;
    return { type: 'fixed', precision: width, scale, wire: asText };
  }
  if (integers.has(type.typeId)) return { type: 'fixed', precision: 38, scale: 0, wire: asText };
  if (type.alias === 'JSON') return forms['JSON'] ?? text;
  if (/^(GEOMETRY)/.test(String(type))) return forms['GEOMETRY'] ?? text;
  const known = forms[String(type).replace(/^STRUCT\("t" TIMESTAMP, "o" SMALLINT\)$/, zoned)];
  if (known) return known;
  if (String(type) === 'STRUCT("object" VARCHAR, "o" SMALLINT)') return forms[object] ?? text;
  if (String(type) === 'STRUCT("array" VARCHAR, "o" SMALLINT)') return forms[array] ?? text;
  if (type.typeId === DuckDBTypeId.LIST || type.typeId === DuckDBTypeId.ARRAY)
    return { type: 'array', wire: (c) => `to_json(${c})::VARCHAR` };
  if (type.typeId === DuckDBTypeId.STRUCT || type.typeId === DuckDBTypeId.MAP)
    return { type: 'object', wire: (c) => `to_json(${c})::VARCHAR` };
  return text;
}

const integers = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.UHUGEINT,
]);
