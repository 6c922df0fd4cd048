import { join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { allCached, fingerprintFiles } from './baseline.js';
import type { Manifest, Segment } from './baseline.js';
import { fold } from './folding.js';
import { keptNames } from './hashing.js';
import { countOf } from './passes.js';
import { keepSegment, writerOf } from './segments.js';
import type { RecordContext } from './segments.js';
import { valueList } from './values.js';
import { asParquet, parquet } from './work-files.js';

const maxSegments = 16;
/** Rewriting the base costs its size, so it waits until what overrides it amounts to a part of it. */
const maxOverrideShare = 0.25;
/** Overrides are in memory while a query is compared, at some 45 bytes each. */
const maxOverrides = 2_000_000;

export function needsCompaction({ segments }: Manifest): boolean {
  const rowsOf = (isNew: boolean): number =>
    segments.reduce((sum, segment) => sum + (segment.isNew === isNew ? segment.rows : 0), 0);
  const overrides = rowsOf(false);
  if (segments.length > maxSegments || overrides > maxOverrides) return true;
  return segments.length > 3 && overrides > rowsOf(true) * maxOverrideShare;
}

/** Overrides whose fingerprints are folded in at once: a fifth of the memory, at 46 bytes each. */
const foldedAtOnce = (memoryMiB: number): number => Math.floor((memoryMiB * 2 ** 20 * 0.2) / 46);

/** Many segments → one, with the same rows. */
export async function compact(manifest: Manifest, context: RecordContext): Promise<Manifest> {
  const { tools, paths } = context;
  crashPoint('compact.start');
  const name = `base-${writerOf(context)}`;
  const { file, rows } = await fold(await fingerprintFiles(tools, manifest), {
    workDir: tools.workDir,
    most: foldedAtOnce(tools.memoryMiB),
  });
  const values = await compactValues(manifest, context);
  if (rows !== manifest.rows || rows !== values.rows)
    throw new Failure(
      'INTERNAL',
      'internal.compaction',
      'The segments of the baseline do not add up.',
      {
        detail: JSON.stringify({
          manifest: manifest.rows,
          fingerprints: rows,
          values: values.rows,
        }),
      },
    );
  const { generation } = manifest;
  const segment: Segment = {
    kind: 'put',
    isNew: true,
    rows,
    fingerprint: await keepSegment(tools, paths.fingerprint(generation, name), { file }),
    values: [await keepSegment(tools, paths.values(generation, name), { file: values.file })],
  };
  crashPoint('compact.end');
  return { ...manifest, segments: [segment] };
}

/** Of the rows that are put, those stay of which no later segment says anything. */
async function compactValues(
  manifest: Manifest,
  { tools, duck }: RecordContext,
): Promise<{ file: string; rows: number }> {
  const names = keptNames(manifest);
  const overrides: string[] = [];
  const reads: string[] = [];
  for (const [n, { kind, isNew, values }] of manifest.segments.entries()) {
    const paths = await allCached(tools, values);
    if (!isNew) overrides.push(`select ${n} as segment, klo, khi from ${parquet(paths)}`);
    if (kind === 'remove') continue;
    const list = `${n} as segment, klo, khi, rh, ${await valueList(duck, paths, names)}`;
    reads.push(`select ${list} from ${parquet(paths)}`);
  }
  const none = 'select 0 as segment, 0::ubigint as klo, 0::ubigint as khi where false';
  const file = join(tools.workDir, 'values-base.parquet');
  // One join for all segments: each has a table of its own.
  await duck.run(`copy (select v.* exclude (segment) from (${reads.join(' union all by name ')}) as v
      anti join (${overrides.join(' union all ') || none}) as o
        on o.klo = v.klo and o.khi = v.khi and o.segment > v.segment)
    to ${quoteText(file)} ${asParquet}`);
  return { file, rows: await countOf(duck, parquet([file])) };
}
