import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { rowsOf } from './plan.js';
import { copyIfPossible } from './segments.js';
import { countRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { SyncTools } from './tools.js';
import { asParquet, csvOptions, shortLine } from './work-files.js';

interface LoggablePart {
  files: readonly string[];
  rows: number;
  inBucket?: readonly ObjectPointer[] | undefined;
}

/** Rows of a plan part as objects of the log. */
export async function logFiles(
  part: LoggablePart,
  to: {
    keyOf: (n: number) => string;
    rows: readonly Range[];
    duck: Duck;
    tools: Pick<SyncTools, 'store' | 'workDir'>;
  },
): Promise<ObjectPointer[]> {
  const { keyOf, rows, tools } = to;
  if (countRanges(rows) === part.rows) return whole(part, keyOf, tools);
  const file = join(tools.workDir, `log-${randomUUID()}`);
  try {
    await writeRows(part, file, to);
    return [await tools.store.upload(keyOf(0), file)];
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.tsv`, { force: true });
  }
}

/** The bytes are in the bucket already, unless the rows were only recorded. */
async function whole(
  { files, inBucket }: LoggablePart,
  keyOf: (n: number) => string,
  { store }: Pick<SyncTools, 'store'>,
): Promise<ObjectPointer[]> {
  const pointers: ObjectPointer[] = [];
  for (const [n, file] of files.entries()) {
    const stored = inBucket?.[n];
    const key = keyOf(n);
    pointers.push(
      (stored && (await copyIfPossible(store, stored, key))) || (await store.upload(key, file)),
    );
  }
  return pointers;
}

/** Ranges do not overlap, so a row is in one exactly if it is in the last that begins at or before it. */
async function writeRows(
  part: Pick<LoggablePart, 'files'>,
  file: string,
  { rows, duck }: { rows: readonly Range[]; duck: Duck },
): Promise<void> {
  const ranges = `${file}.tsv`;
  await writeFile(ranges, rows.map(([from, to]) => `${from}\t${to}\n`).join(''));
  const columns = { first: 'UBIGINT', last: 'UBIGINT' };
  await duck.run(`copy (select p.* from ${rowsOf(part)} as p
      asof join read_csv(${quoteText(ranges)}, ${csvOptions(columns, shortLine)}) as r on p.ord >= r.first
      where p.ord < r.last)
    to ${quoteText(file)} ${asParquet}`);
}
