import { writeFile } from 'node:fs/promises';
import { quoteText } from '../duck/duck.js';
import type { Range } from './ranges.js';

/** SQL of ranges as rows of `first` and `last`, read from a file: a statement could not hold a million of them. */
export async function rangeTable(file: string, ranges: readonly Range[]): Promise<string> {
  await writeFile(file, ranges.map(([from, to]) => `${from}\t${to}\n`).join(''));
  return `read_csv(${quoteText(file)}, delim = '\t', header = false, auto_detect = false,
    columns = {'first': 'UBIGINT', 'last': 'UBIGINT'})`;
}
