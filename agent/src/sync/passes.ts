import { join } from 'node:path';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import { asParquet } from './work-files.js';

/** SQL that is true for the rows of one pass; every pass is true for some keys, and every key in one pass. */
export const passesOf = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => (count === 1 ? 'true' : `khi % ${count} = ${n}`));

/**
 * Makes the relation `name` of what `select` gives: one stretch of keys after the other, each in a file, so that memory
 * does not grow with the number of rows; a few rows stay in memory. `offset` counts the rows of the passes before.
 */
export async function inPasses(
  duck: Duck,
  name: string,
  to: {
    passes: readonly string[];
    workDir: string;
    areFew?: boolean;
    select: (pass: string, offset: number) => string;
  },
): Promise<void> {
  const [only = 'true', ...others] = to.passes;
  if (to.areFew && others.length === 0)
    return duck.run(`create temp table ${name} as ${to.select(only, 0)}`);
  const files: string[] = [];
  let offset = 0;
  for (const [n, pass] of to.passes.entries()) {
    const file = quoteText(join(to.workDir, `${name}-${n}.parquet`));
    files.push(file);
    await duck.run(`copy (${to.select(pass, offset)}) to ${file} ${asParquet}`);
    if (n + 1 < to.passes.length) offset += await countOf(duck, `read_parquet(${file})`);
  }
  await duck.run(`create view ${name} as select * from read_parquet([${files.join(', ')}])`);
}

export async function countOf(duck: Duck, relation: string): Promise<number> {
  return Number((await duck.rows(`select count(*) from ${relation}`))[0]?.[0] ?? 0);
}
