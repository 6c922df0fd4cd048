import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '../duck/duck.js';
import { cached, loadFingerprints } from './baseline.js';
import type { Manifest } from './baseline.js';
import { FingerprintKernel } from './fingerprint-kernel.js';
import { valueColumn } from './mapping.js';
import { keepSegment } from './record.js';
import type { RecordContext } from './record.js';

const maxSegments = 16;
/** Rewriting the base costs its size, so it waits until the later segments amount to a part of it. */
const maxLaterShare = 0.25;

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
  const { tools, paths, runId, duck } = context;
  const { generation, segments, columns, keyColumns } = manifest;
  const fingerprints: string[] = [];
  const selects: string[] = [];
  for (const [n, segment] of segments.entries()) {
    fingerprints.push(await cached(tools, segment.fingerprint));
    selects.push(
      `select ${n} as segment, ${segment.kind === 'remove'} as gone, * from read_parquet(${quoteText(await cached(tools, segment.values))})`,
    );
  }
  const kernel = await FingerprintKernel.open({
    seed: context.shape.seed,
    keyFields: keyColumns,
    expectedRows: manifest.rows,
  });
  await loadFingerprints(kernel, fingerprints);
  const fingerprint = join(tools.workDir, 'fingerprint-base');
  await dumpTo(kernel, fingerprint);

  const values = join(tools.workDir, 'values-base.parquet');
  const list = columns.map(({ name }) => valueColumn(name)).join(', ');
  await duck.run(`copy (select row_number() over () - 1 as ord, klo, khi, rh, ${list} from
      (select * from (${selects.join(' union all by name ')}) qualify row_number() over (partition by klo, khi order by segment desc) = 1)
      where not gone)
    to ${quoteText(values)} (format parquet, compression zstd, compression_level 1)`);
  return {
    ...manifest,
    segments: [
      {
        kind: 'put',
        rows: kernel.counts.baselineRows,
        fingerprint: await keepSegment(
          tools,
          paths.fingerprint(generation, `base-${runId}`),
          fingerprint,
        ),
        values: await keepSegment(tools, paths.values(generation, `base-${runId}`), values),
      },
    ],
  };
}

async function dumpTo(kernel: FingerprintKernel, path: string): Promise<void> {
  const parts: Uint8Array[] = [];
  kernel.dump((entries) => void parts.push(entries.slice()));
  const file = await open(path, 'w');
  try {
    for (const part of parts) await file.write(part);
  } finally {
    await file.close();
  }
}
