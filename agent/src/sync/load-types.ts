import type { ValueType } from '../connector/value.js';
import type { Duck } from '../duck/duck.js';
import type { LoadColumn, LoadRows } from './load-columns.js';
import { blobSql, plainSql } from './load-text.js';

/** What a column is in Parquet, and the SQL that makes a value of a line's field. */
export interface ParquetColumn {
  type: string;
  sql: string;
}

/** A type, the SQL that makes it of a field, and the SQL that is true where that loses nothing. */
interface Fitting {
  type: string;
  sql: string;
  fits: string;
}

/** More digits than these have no exact type in Parquet that readers know. */
const mostDigits = 38;

/**
 * The Parquet types of columns whose values are written in one or several files: the first one of the column's type that
 * holds every value of all these rows exactly, else text. So files of one dataset agree, and none rounds. A decimal's
 * scale is the most that its values have, which for a column of a fixed scale is that one.
 */
export async function parquetColumns(
  duck: Duck,
  rows: readonly LoadRows[],
): Promise<ParquetColumn[]> {
  const told: Told[][] = [];
  for (const each of rows) told.push(await fitsOf(duck, each));
  const columns = rows[0]?.columns ?? [];
  return columns.map((column, n) =>
    chosen(
      column,
      told.map((each) => each[n] ?? nothingKnown),
    ),
  );
}

interface Told {
  /** For each fitting of the type, whether it holds every value. */
  fits: readonly boolean[];
  /** Digits before and behind the point, at most. */
  whole: number;
  scale: number;
}

const nothingKnown: Told = { fits: [], whole: 0, scale: 0 };

async function fitsOf(duck: Duck, { from, columns }: LoadRows): Promise<Told[]> {
  const asked = columns.map(({ sql, type }) => [
    ...fittings(sql, type, 0).map(({ fits }) => `coalesce(bool_and(${fits}), true)`),
    ...(type === 'decimal' ? digitsSql(sql) : []),
  ]);
  const [row = []] = await duck.rows(`select 0, ${asked.flat().join(', ')} from ${from}`);
  let at = 1;
  return columns.map(({ sql, type }) => {
    const fits = fittings(sql, type, 0).map(() => row[at++] === true);
    const [whole, scale] = type === 'decimal' ? [row[at++], row[at++]] : [0, 0];
    return { fits, whole: Number(whole), scale: Number(scale) };
  });
}

function chosen({ sql, type }: LoadColumn, told: readonly Told[]): ParquetColumn {
  const [whole, scale] = [
    Math.max(...told.map((each) => each.whole)),
    Math.max(...told.map((each) => each.scale)),
  ];
  const fitting = fittings(sql, type, scale).find((_, n) => told.every(({ fits }) => fits[n]));
  if (!fitting || whole + scale > mostDigits) return { type: 'VARCHAR', sql: plainSql(sql, type) };
  return { type: fitting.type, sql: fitting.sql };
}

/** The exactest first. */
function fittings(field: string, type: ValueType, scale: number): Fitting[] {
  const cast = (to: string): Fitting => ({
    type: to,
    sql: `cast(${field} as ${to})`,
    fits: `${field} is null or try_cast(${field} as ${to}) is not null`,
  });
  switch (type) {
    case 'boolean':
      return [{ ...cast('BOOLEAN'), sql: `${field} = 't'` }];
    case 'integer':
      return [cast('BIGINT'), cast(`DECIMAL(${mostDigits}, 0)`)];
    case 'decimal':
      return [
        {
          ...cast(`DECIMAL(${mostDigits}, ${scale})`),
          fits: `regexp_full_match(${field}, '-?\\d+(\\.\\d+)?')`,
        },
      ];
    case 'float':
      return [cast('DOUBLE')];
    case 'date':
    case 'time':
    case 'timestamp':
    case 'uuid':
      return [returning(field, type.toUpperCase())];
    case 'timestamptz':
      return [
        { ...returning(`regexp_replace(${field}, '[+]00$', '')`, 'TIMESTAMP'), ...zoned(field) },
      ];
    case 'bytes':
      return [{ type: 'BLOB', sql: blobSql(field), fits: 'true' }];
    default:
      return [];
  }
}

const zoned = (field: string): Pick<Fitting, 'type' | 'sql'> => ({
  type: 'TIMESTAMP WITH TIME ZONE',
  sql: `cast(${field} as TIMESTAMPTZ)`,
});

/** A type whose values have one text each: what does not come back as that text was not understood, or was cut. */
function returning(field: string, type: string): Fitting {
  const back = `try_cast(${field} as ${type})::varchar`;
  return {
    type,
    sql: `cast(${field} as ${type})`,
    // Infinity comes back, and Parquet has none.
    fits: `coalesce(${back} = ${field}, ${field} is null) and not coalesce(contains(${field}, 'inf'), false)`,
  };
}

/** How many digits stand before the point, a lone zero not counted, and behind it. */
function digitsSql(field: string): string[] {
  const part = (pattern: string): string =>
    `coalesce(max(length(regexp_extract(${field}, '${pattern}', 1))), 0)`;
  return [part('^-?0*(\\d*)'), part('\\.(\\d+)$')];
}
