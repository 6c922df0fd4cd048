import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import { Failure } from '../failure.js';
import type { ObjectPointer } from '../store/store.js';
import { rowsOf } from './plan.js';
import { countRanges } from './ranges.js';
import type { Range } from './ranges.js';
import type { SyncTools } from './tools.js';
import { asParquet, csvOptions, shortLine } from './work-files.js';

/** Rows of a plan part as an object of the log. */
export async function logFile(
  part: { file: string; rows: number; inBucket?: ObjectPointer | undefined },
  to: {
    key: string;
    rows: readonly Range[];
    duck: Duck;
    tools: Pick<SyncTools, 'store' | 'workDir'>;
  },
): Promise<ObjectPointer> {
  const { key, rows, tools } = to;
  if (countRanges(rows) === part.rows) return whole(part, key, tools);
  const file = join(tools.workDir, `log-${randomUUID()}`);
  try {
    await writeRows(part, file, to);
    return await tools.store.upload(key, file);
  } finally {
    await rm(file, { force: true });
    await rm(`${file}.tsv`, { force: true });
  }
}

/** The bytes are in the bucket already, unless the rows were only recorded. */
async function whole(
  part: { file: string; inBucket?: ObjectPointer | undefined },
  key: string,
  { store }: Pick<SyncTools, 'store'>,
): Promise<ObjectPointer> {
  if (!part.inBucket) return store.upload(key, part.file);
  return store.copy(part.inBucket, key).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'store.no_copy')
      return store.upload(key, part.file);
    throw error;
  });
}

/** Ranges do not overlap, so a row is in one exactly if it is in the last that begins at or before it. */
async function writeRows(
  part: { file: string },
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
