import { quoteText } from '../duck/duck.js';

/** Room for lines of numbers. */
export const shortLine = 256;

/**
 * How DuckDB reads our own line files: no quotes, no guesses. Its buffers follow the longest line, as several of them
 * are held at once.
 */
export function csvOptions(columns: Readonly<Record<string, string>>, longestLine: number): string {
  const types = Object.entries(columns).map(
    ([name, type]) => `${quoteText(name)}: ${quoteText(type)}`,
  );
  const line = Math.max(64 << 10, longestLine + 1);
  return `delim = '\t', header = false, quote = '', escape = '', nullstr = '\\N', auto_detect = false,
    max_line_size = ${line}, buffer_size = ${Math.max(4 << 20, line * 2)}, columns = {${types.join(', ')}}`;
}

/** The columns of a staged line, from its number on. */
export function stagedColumns(names: readonly string[]): Record<string, string> {
  const numbers = { ord: 'UBIGINT', klo: 'UBIGINT', khi: 'UBIGINT', rh: 'UBIGINT' };
  return { ...numbers, ...Object.fromEntries(names.map((name) => [`c:${name}`, 'VARCHAR'])) };
}

/** SQL of files of staged lines. */
export const stagedLines = (
  files: readonly string[],
  names: readonly string[],
  longestLine: number,
): string =>
  `read_csv([${files.map(quoteText).join(', ')}], ${csvOptions(stagedColumns(names), longestLine)})`;

/** SQL of a file of key fingerprints. */
export const keyLines = (path: string): string =>
  `read_csv(${quoteText(path)}, ${csvOptions({ klo: 'UBIGINT', khi: 'UBIGINT' }, shortLine)})`;

/** SQL of the rows of Parquet files, in their order. */
export const parquet = (files: readonly string[]): string =>
  `read_parquet([${files.map(quoteText).join(', ')}])`;

/**
 * How DuckDB writes them: in groups that are small enough to be held several at once, with dictionaries for columns of
 * few values alone; looking for them elsewhere costs a tenth of the time and saves nothing. Nobody looks for a value of
 * such a column, so bloom filters are not worth their twentieth.
 */
export const asParquet = `(${[
  'format parquet',
  'compression zstd',
  'compression_level 1',
  'row_group_size 30720',
  'dictionary_size_limit 1000',
  'write_bloom_filter false',
].join(', ')})`;
