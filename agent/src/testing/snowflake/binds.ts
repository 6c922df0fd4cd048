import { quoteText } from '../../duck/duck.js';

/** One of `bindings` in a request: a type of the driver's and a text, or texts for many rows. */
export interface Binding {
  type: string;
  value: string | null | (string | null)[];
}

/** Binds as literals of DuckDB, row by row. */
export class Binds {
  private constructor(readonly rows: readonly (readonly string[])[]) {}

  static of(bindings: Readonly<Record<string, Binding>> | undefined): Binds {
    const columns = Object.keys(bindings ?? {})
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => bindings?.[key] ?? { type: 'TEXT', value: null });
    const height = Math.max(
      1,
      ...columns.map(({ value }) => (Array.isArray(value) ? value.length : 1)),
    );
    return new Binds(
      Array.from({ length: columns.length > 0 ? height : 0 }, (_, row) =>
        columns.map(({ type, value }) =>
          literalOf(type, Array.isArray(value) ? (value[row] ?? null) : value),
        ),
      ),
    );
  }

  /** What is left for a later statement of the same text. */
  from(place: number): Binds {
    return new Binds(this.rows.map((row) => row.slice(place)));
  }
}

const instantOf = (nanoseconds: string): string => `make_timestamp(${BigInt(nanoseconds) / 1000n})`;

function literalOf(type: string, value: string | null): string {
  if (value === null) return 'NULL';
  switch (type.toUpperCase()) {
    case 'FIXED':
      return /^-?\d+(\.\d+)?$/.test(value) ? value : quoteText(value);
    case 'REAL':
      return `CAST(${quoteText(value)} AS DOUBLE)`;
    case 'BOOLEAN':
      return `CAST(${quoteText(value)} AS BOOLEAN)`;
    case 'DATE':
      return `CAST(make_timestamp(${BigInt(value) * 1000n}) AS DATE)`;
    case 'TIME':
      return `CAST(${instantOf(value)} AS TIME)`;
    case 'TIMESTAMP_NTZ':
      return instantOf(value);
    case 'TIMESTAMP_LTZ':
      return `timezone('UTC', ${instantOf(value)})`;
    case 'TIMESTAMP_TZ': {
      const [nanoseconds = '0', offset = '1440'] = value.split(' ');
      return `{'t': ${instantOf(nanoseconds)}, 'o': ${Number(offset) - 1440}::SMALLINT}`;
    }
    case 'BINARY':
      return `unhex(${quoteText(value)})`;
    default:
      return quoteText(value);
  }
}
