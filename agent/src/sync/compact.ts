import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import { fingerprintFiles } from './baseline.js';
import type { Manifest, Segment } from './baseline.js';
import { compactValues } from './compact-values.js';
import { fold } from './folding.js';
import { keepSegment, writerOf } from './segments.js';
import type { RecordContext } from './segments.js';

const maxSegments = 16;
/** Rewriting the base costs its size, so it waits until what overrides it amounts to a part of it. */
const maxOverrideShare = 0.25;
/** Overrides are in memory while a query is compared: a share of it, at so many bytes each, and never more than so many. */
const overridden = { share: 0.15, bytes: 38, most: 2_000_000 };
/** Overrides that are folded in at once, likewise. */
const folded = { share: 0.2, bytes: 46 };

const fitting = (memoryMiB: number, { share, bytes }: { share: number; bytes: number }): number =>
  Math.floor((memoryMiB * 2 ** 20 * share) / bytes);

export function needsCompaction({ segments }: Manifest, memoryMiB: number): boolean {
  const rowsOf = (isNew: boolean): number =>
    segments.reduce((sum, segment) => sum + (segment.isNew === isNew ? segment.rows : 0), 0);
  const overrides = rowsOf(false);
  const most = Math.min(overridden.most, fitting(memoryMiB, overridden));
  if (segments.length > maxSegments || overrides > most) return true;
  return segments.length > 3 && overrides > rowsOf(true) * maxOverrideShare;
}

/** Many segments → one, with the same rows. */
export async function compact(manifest: Manifest, context: RecordContext): Promise<Manifest> {
  const { tools, paths } = context;
  crashPoint('compact.start');
  const name = `base-${writerOf(context)}`;
  const { generation } = manifest;
  const { file, rows, survivors } = await fold(await fingerprintFiles(tools, manifest), {
    workDir: tools.workDir,
    most: fitting(tools.memoryMiB, folded),
  });
  const values = await compactValues(manifest, survivors, context);
  if (rows !== manifest.rows || rows !== values.rows) throw notWhole(manifest, rows, values.rows);
  const key = paths.values(generation, name);
  const segment: Segment = {
    kind: 'put',
    isNew: true,
    rows,
    fingerprint: await keepSegment(tools, paths.fingerprint(generation, name), { file }),
    values: values.file
      ? [await keepSegment(tools, key, { file: values.file }), ...values.kept]
      : values.kept,
  };
  crashPoint('compact.end');
  return { ...manifest, segments: [segment] };
}

function notWhole(manifest: Manifest, fingerprints: number, values: number): Failure {
  return new Failure(
    'INTERNAL',
    'internal.compaction',
    'The segments of the baseline do not add up.',
    { detail: JSON.stringify({ manifest: manifest.rows, fingerprints, values }) },
  );
}
