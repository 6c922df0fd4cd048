import type { ValueType } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import type { LoadColumn, LoadRows } from './load-columns.js';
import { blobSql, plainSql } from './load-text.js';

/** More digits than these have no exact type in Parquet that readers know. */
const mostDigits = 38;
const narrowDigits = 18;

const zoned = 'TIMESTAMP WITH TIME ZONE';

/**
 * The Parquet types of columns whose values are written in one or several files: the first one of the column's type that
 * holds every value of all these rows exactly, else text. So files of one dataset agree, and none rounds. A decimal's
 * scale is the most that its values have, which for a column of a fixed scale is that one.
 */
export async function parquetTypes(duck: Duck, rows: readonly LoadRows[]): Promise<string[]> {
  const told: Told[][] = [];
  for (const each of rows) told.push(await toldOf(duck, each));
  const columns = rows[0]?.columns ?? [];
  return columns.map(({ type }, n) => chosen(type, told.map((each) => each[n] ?? nothingKnown))); // prettier-ignore
}

/** SQL of a column's value as one of these types. */
export function parquetSql({ sql, type }: LoadColumn, parquetType: string): string {
  switch (parquetType) {
    case 'VARCHAR':
      return plainSql(sql, type);
    case 'BOOLEAN':
      return `${sql} = 't'`;
    case 'BLOB':
      return blobSql(sql);
    default:
      return parquetType.startsWith('DECIMAL')
        ? decimalSql(sql, parquetType)
        : `cast(${sql} as ${parquetType})`;
  }
}

/** DuckDB takes a hundred times as long to read a decimal of 128 bits as one of 64, and most have room in those. */
function decimalSql(field: string, type: string): string {
  const wide = `cast(${field} as ${type})`;
  const scale = Number(/, (\d+)/.exec(type)?.[1]);
  if (scale > narrowDigits) return wide;
  // No value has more digits behind the point than the type, so none is rounded.
  const narrow = `try_cast(${field} as DECIMAL(${narrowDigits}, ${scale}))`;
  return `case when length(${field}) <= ${narrowDigits} then coalesce(${narrow}::${type}, ${wide}) else ${wide} end`;
}

interface Told {
  /** For each fitting of the type, whether it holds every value. */
  fits: readonly boolean[];
  /** Digits before and behind the point, at most. */
  whole: number;
  scale: number;
}

const nothingKnown: Told = { fits: [], whole: 0, scale: 0 };

async function toldOf(duck: Duck, { from, columns }: LoadRows): Promise<Told[]> {
  const asked = columns.map(({ sql, type }) => [
    ...fittings(type, sql).map(({ fits }) => `coalesce(bool_and(${fits}), true)`),
    ...(type === 'decimal' ? digitsSql(sql) : []),
  ]);
  const [row = []] = await duck.rows(`select count(*), ${asked.flat().join(', ')} from ${from}`);
  let at = 1;
  return columns.map(({ sql, type }) => {
    const fits = fittings(type, sql).map(() => row[at++] === true);
    const [whole, scale] = type === 'decimal' ? [row[at++], row[at++]] : [0, 0];
    return { fits, whole: Number(whole), scale: Number(scale) };
  });
}

function chosen(type: ValueType, told: readonly Told[]): string {
  const whole = Math.max(...told.map((each) => each.whole));
  const scale = Math.max(...told.map((each) => each.scale));
  const fitting = fittings(type, '', scale).find((_, n) => told.every(({ fits }) => fits[n]));
  return !fitting || whole + scale > mostDigits ? 'VARCHAR' : fitting.type;
}

/** A type, and the SQL that is true where a line's field loses nothing as one of its values. */
interface Fitting {
  type: string;
  fits: string;
}

/** The exactest first. */
function fittings(type: ValueType, field: string, scale = 0): Fitting[] {
  switch (type) {
    case 'boolean':
      return [{ type: 'BOOLEAN', fits: 'true' }];
    case 'integer':
      return [
        cast(field, 'BIGINT'),
        {
          type: `DECIMAL(${mostDigits}, 0)`,
          fits: `length(ltrim(${field}, '-')) <= ${mostDigits}`,
        },
      ];
    case 'decimal':
      return [
        {
          type: `DECIMAL(${mostDigits}, ${scale})`,
          fits: `regexp_full_match(${field}, '-?\\d+(\\.\\d+)?')`,
        },
      ];
    case 'float':
      return [cast(field, 'DOUBLE')];
    case 'date':
    case 'time':
    case 'timestamp':
    case 'uuid':
      return [returning(field, type.toUpperCase())];
    case 'timestamptz':
      return [{ ...returning(`regexp_replace(${field}, '[+]00$', '')`, 'TIMESTAMP'), type: zoned }];
    case 'bytes':
      return [{ type: 'BLOB', fits: 'true' }];
    default:
      return [];
  }
}

const cast = (field: string, type: string): Fitting => ({
  type,
  fits: `${field} is null or try_cast(${field} as ${type}) is not null`,
});

/**
 * A type whose values have one text each, but for zeros at the end of a fraction: what does not come back as that text was
 * not understood, or was cut.
 */
function returning(field: string, type: string): Fitting {
  const back = `try_cast(${field} as ${type})::varchar`;
  const short = `case when contains(${field}, '.') then rtrim(rtrim(${field}, '0'), '.') else ${field} end`;
  return {
    type,
    // Infinity comes back, and Parquet has none.
    fits: `coalesce(${back} = ${short}, ${field} is null) and not coalesce(contains(${field}, 'inf'), false)`,
  };
}

/** How many digits stand before the point, a lone zero not counted, and behind it. */
function digitsSql(field: string): string[] {
  const part = (pattern: string): string =>
    `coalesce(max(length(regexp_extract(${field}, '${pattern}', 1))), 0)`;
  return [part('^-?0*(\\d*)'), part('\\.(\\d+)$')];
}
