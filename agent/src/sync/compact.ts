import { join } from 'node:path';
import { crashPoint } from '../crash-point.js';
import { quoteText } from '../duck/duck.js';
import { Failure } from '../failure.js';
import { cached, loadFingerprints } from './baseline.js';
import type { Manifest, Segment } from './baseline.js';
import { FingerprintKernel } from './fingerprint-kernel.js';
import { valueColumn } from './mapping.js';
import { countOf, inPasses, passesOf } from './passes.js';
import { keepSegment, writerOf } from './segments.js';
import type { RecordContext } from './segments.js';
import { writeParts } from './snapshot.js';
import { findLatest } from './values.js';
import type { ValueFile } from './values.js';
import { asParquet } from './work-files.js';

const maxSegments = 16;
/** Rewriting the base costs its size, so it waits until the later segments amount to a part of it. */
const maxLaterShare = 0.25;

/** Rows that are rewritten in one go; only their keys are all in memory. */
const passRows = 200_000;

export function needsCompaction({ segments }: Manifest): boolean {
  const [base, ...later] = segments;
  if (!base || later.length === 0) return false;
  const laterRows = later.reduce((sum, segment) => sum + segment.rows, 0);
  return (
    segments.length > maxSegments || (later.length > 2 && laterRows > base.rows * maxLaterShare)
  );
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
    rows,
    fingerprint: await keepSegment(tools, paths.fingerprint(generation, name), file),
    values: await keepSegment(tools, paths.values(generation, name), values.file),
  };
  crashPoint('compact.end');
  return { ...manifest, segments: [segment] };
}

async function compactFingerprints(
  manifest: Manifest,
  { tools, shape }: RecordContext,
): Promise<{ file: string; rows: number }> {
  const files: string[] = [];
  for (const { fingerprint } of manifest.segments) files.push(await cached(tools, fingerprint));
  const kernel = await FingerprintKernel.open({
    seed: shape.seed,
    keyFields: manifest.keyColumns,
    expectedRows: manifest.rows,
  });
  await loadFingerprints(kernel, files);
  const file = join(tools.workDir, 'fingerprint-base');
  await writeParts(file, kernel.dump());
  return { file, rows: kernel.counts.baselineRows };
}

async function compactValues(
  manifest: Manifest,
  { tools, duck }: RecordContext,
): Promise<{ file: string; rows: number }> {
  const names = manifest.columns.map(({ name }) => name);
  const files: ValueFile[] = [];
  for (const { kind, values } of manifest.segments)
    files.push({ path: await cached(tools, values), gone: kind === 'remove' });
  const passes = passesOf(Math.ceil(manifest.rows / passRows) || 1);
  const latest = await findLatest(duck, 'kept_place', { files, names, passes });
  const columns = names.map(valueColumn).join(', ');
  await inPasses(duck, 'kept', {
    passes,
    workDir: tools.workDir,
    select: (pass) => `select klo, khi, rh, ${columns} from (${latest(pass)}) where not gone`,
  });
  const file = join(tools.workDir, 'values-base.parquet');
  await duck.run(`copy (select row_number() over () - 1 as ord, * from kept)
    to ${quoteText(file)} ${asParquet}`);
  const rows = await countOf(duck, `read_parquet(${quoteText(file)})`);
  await duck.run('drop view kept; drop table kept_place');
  return { file, rows };
}
