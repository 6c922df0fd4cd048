import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { rowsOf } from './plan.js';
import { copyIfPossible } from './segments.js';
import type { SyncTools } from './tools.js';
import { asParquet } from './work-files.js';

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
    /** How many, and which. */
    rows: number;
    has: (row: number) => boolean;
    duck: Duck;
    tools: Pick<SyncTools, 'store' | 'workDir'>;
  },
): Promise<ObjectPointer[]> {
  const { keyOf, rows, tools } = to;
  if (rows === part.rows) return whole(part, keyOf, tools);
  const file = join(tools.workDir, `log-${randomUUID()}`);
  try {
    await writeRows(part, file, to);
    return [await tools.store.upload(keyOf(0), file)];
  } finally {
    await rm(file, { force: true });
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

async function writeRows(
  part: Pick<LoggablePart, 'files'>,
  file: string,
  { has, duck }: { has: (row: number) => boolean; duck: Duck },
): Promise<void> {
  await duck.withNumbers(
    (row) => Number(has(row)),
    (numberOf) =>
      duck.run(`copy (select * from ${rowsOf(part)} where ${numberOf('ord')} = 1)
        to ${quoteText(file)} ${asParquet}`),
  );
}
