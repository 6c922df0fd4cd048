import { quoteText } from '../duck/duck.js';
import { mergeRanges } from './ranges.js';
import type { Range } from './ranges.js';
import { SpillFile } from './spill-file.js';
import { csvOptions, shortLine } from './work-files.js';

// Rows of a plan part are told from others by ranges of their numbers: one range, or a million of them. They are joined
// stretch by stretch of those numbers, by a table of the ranges, while the rows stream past. A join on first and last alone
// would try each row with each range, or sort the rows.

const stretch = 256;
const linesAtOnce = 8192;

/** SQL of ranges, each with its mark, read from a file: a statement could not hold a million of them. */
export async function rangeTable(
  path: string,
  marked: Readonly<Record<string, readonly Range[]>>,
): Promise<string> {
  const file = await SpillFile.open(path);
  try {
    let lines: string[] = [];
    for (const line of linesOf(marked)) {
      lines.push(line);
      if (lines.length < linesAtOnce) continue;
      await file.write(Buffer.from(lines.join('')));
      lines = [];
    }
    await file.write(Buffer.from(lines.join('')));
  } finally {
    await file.close();
  }
  return `read_csv(${quoteText(path)}, ${csvOptions(columns, shortLine)})`;
}

const columns = { mark: 'VARCHAR', stretch: 'UBIGINT', first: 'UBIGINT', last: 'UBIGINT' };

/** SQL that is true for a row and the range that it lies in. */
export const isWithin = (row: string, range: string): string =>
  `${row}.ord // ${stretch} = ${range}.stretch and ${row}.ord >= ${range}.first and ${row}.ord < ${range}.last`;

function* linesOf(marked: Readonly<Record<string, readonly Range[]>>): Generator<string> {
  for (const [mark, ranges] of Object.entries(marked))
    for (const [from, to] of mergeRanges(ranges))
      for (let at = from; at < to;) {
        const end = Math.min(to, at - (at % stretch) + stretch);
        yield `${mark}\t${Math.floor(at / stretch)}\t${at}\t${end}\n`;
        at = end;
      }
}
