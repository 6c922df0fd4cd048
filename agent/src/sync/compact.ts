import { join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { allCached, fingerprintFiles } from './baseline.js';
import type { Manifest, Segment } from './baseline.js';
import { FingerprintFiles } from './fingerprint-files.js';
import { area, bytesAt, openKernel, streamTo } from './fingerprint-kernel.js';
import { keptNames } from './hashing.js';
import { countOf } from './passes.js';
import { keepSegment, writerOf } from './segments.js';
import type { RecordContext } from './segments.js';
import { SpillFile } from './spill-file.js';
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

/** Many segments → one, with the same rows. */
export async function compact(manifest: Manifest, context: RecordContext): Promise<Manifest> {
  const { tools, paths } = context;
  crashPoint('compact.start');
  const name = `base-${writerOf(context)}`;
  const { file, rows } = await compactFingerprints(manifest, context);
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

async function compactFingerprints(
  manifest: Manifest,
  { tools, shape }: RecordContext,
): Promise<{ file: string; rows: number }> {
  const kernel = await openKernel();
  const files = await fingerprintFiles(tools, manifest);
  const overrides = files.reduce((sum, { isNew, rows }) => sum + (isNew ? 0 : rows), 0);
  kernel.start(shape.seed, manifest.keyColumns, 1, 1, 1, overrides, 0, 0);
  kernel.input(1 << 20);
  const all = await FingerprintFiles.open(kernel, { files, rows: manifest.rows });
  const out = await SpillFile.open(join(tools.workDir, 'fingerprint-base'));
  try {
    await all.stream(streamTo.dump, async () => {
      await out.write(bytesAt(kernel, kernel.areaAt(area.plain), kernel.areaLength(area.plain)));
      kernel.emptyAreas();
    });
  } finally {
    await out.close();
  }
  return { file: out.path, rows: Number(kernel.streamed.value) };
}

/** What is new stays unless a later segment overrides it; of what overrides, the latest stays. */
async function compactValues(
  manifest: Manifest,
  { tools, duck }: RecordContext,
): Promise<{ file: string; rows: number }> {
  const { segments } = manifest;
  const names = keptNames(manifest);
  const keys: string[] = [];
  const reads: string[] = [];
  for (const [n, { kind, isNew, values }] of segments.entries()) {
    const paths = await allCached(tools, values);
    const from = `(select ${n} as segment, * from ${parquet(paths)})`;
    if (!isNew) keys.push(`select segment, klo, khi from ${from}`);
    if (kind === 'remove') continue;
    const list = `klo, khi, rh, ${await valueList(duck, paths, names)}`;
    const by = 'o.klo = v.klo and o.khi = v.khi';
    const kept = isNew
      ? `anti join overridden as o on ${by} and o.segment > v.segment`
      : `semi join overridden as o on ${by} and o.segment = v.segment`;
    reads.push(`select ${list} from ${from} as v ${kept}`);
  }
  const none = 'select 0 as segment, 0::ubigint as klo, 0::ubigint as khi where false';
  await duck.run(`create table overridden as select max(segment) as segment, klo, khi
    from (${keys.join(' union all ') || none}) group by klo, khi`);
  const file = join(tools.workDir, 'values-base.parquet');
  await duck.run(`copy (${reads.join(' union all ')}) to ${quoteText(file)} ${asParquet}`);
  await duck.run('drop table overridden');
  return { file, rows: await countOf(duck, parquet([file])) };
}
