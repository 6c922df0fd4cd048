import { join } from 'node:path';
import type { Duck } from '../duck/duck.js';
import { quoteText } from '../duck/duck.js';
import type { ObjectPointer } from '../store/store.js';
import { allCached } from './baseline.js';
import type { Manifest, Segment } from './baseline.js';
import { keptNames } from './hashing.js';
import { countOf } from './passes.js';
import type { RecordContext } from './segments.js';
import { columnsIn, valueList } from './values.js';
import { asParquet, parquet } from './work-files.js';

export interface CompactedValues {
  /** Files that stay as they are. */
  kept: ObjectPointer[];
  /** What is written anew of the others; absent where that is nothing. */
  file: string | undefined;
  /** Of all of them. */
  rows: number;
}

/** A smaller file is written anew with the others, or there would be ever more of them; unless it is a good part of all. */
const large = { bytes: 8 << 20, share: 0.25 };

/**
 * Of the rows that are put, those stay of which no later segment says anything. `survivors`: how many those are in each
 * segment; where they are all, as after everything was sent again, the large files need not be written again.
 */
export async function compactValues(
  manifest: Manifest,
  survivors: readonly number[],
  { tools, duck }: Pick<RecordContext, 'tools' | 'duck'>,
): Promise<CompactedValues> {
  const { segments } = manifest;
  const names = keptNames(manifest);
  const kept: ObjectPointer[] = [];
  const reads: string[] = [];
  const overrides: string[] = [];
  for (const [n, segment] of segments.entries()) {
    // What nothing is read of that came before has nothing to override.
    const isOverride = !segment.isNew && reads.length > 0 && segment.values.length > 0;
    if (survivors[n] === 0 && !isOverride) continue;
    const paths = await allCached(tools, segment.values);
    if (isOverride) overrides.push(`select ${n} as segment, klo, khi from ${parquet(paths)}`);
    if (survivors[n] === 0) continue;
    const isWhole = survivors[n] === segment.rows && (await hasExactly(duck, paths, names));
    const left = isWhole ? segment.values.filter(isLargeAmong(segments)) : [];
    kept.push(...left);
    const small = paths.filter((_, m) => !left.some((pointer) => pointer === segment.values[m]));
    if (small.length === 0) continue;
    const list = `${n} as segment, klo, khi, rh, ${await valueList(duck, small, names)}`;
    reads.push(`select ${list} from ${parquet(small)}`);
  }
  const file =
    reads.length > 0 ? await writeSurvivors(reads, overrides, { tools, duck }) : undefined;
  const all = [...(file ? [file] : []), ...(await allCached(tools, kept))];
  return { kept, file, rows: all.length > 0 ? await countOf(duck, parquet(all)) : 0 };
}

async function writeSurvivors(
  reads: readonly string[],
  overrides: readonly string[],
  { tools, duck }: Pick<RecordContext, 'tools' | 'duck'>,
): Promise<string> {
  const none = 'select 0 as segment, 0::ubigint as klo, 0::ubigint as khi where false';
  const file = join(tools.workDir, 'values-base.parquet');
  // One join for all segments: each has a table of its own.
  await duck.run(`copy (select v.* exclude (segment) from (${reads.join(' union all by name ')}) as v
      anti join (${overrides.join(' union all ') || none}) as o
        on o.klo = v.klo and o.khi = v.khi and o.segment > v.segment)
    to ${quoteText(file)} ${asParquet}`);
  return file;
}

/** Files of one segment are read together, so they have the same columns. */
async function hasExactly(
  duck: Duck,
  paths: readonly string[],
  names: readonly string[],
): Promise<boolean> {
  const had = [...(await columnsIn(duck, paths))].filter((name) => name.startsWith('c:'));
  return had.length === names.length && names.every((name) => had.includes(`c:${name}`));
}

function isLargeAmong(segments: readonly Segment[]): (file: ObjectPointer) => boolean {
  const all = segments.flatMap(({ values }) => values).reduce((sum, { bytes }) => sum + bytes, 0);
  const least = Math.min(large.bytes, all * large.share);
  return ({ bytes }) => bytes >= least;
}
