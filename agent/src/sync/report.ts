import { failureOf } from '../failure.js';
import type { Run } from './run.js';
import type { SyncReport } from './sync-request.js';

/** Counts and codes, no values; the texts of errors go to the bucket. */
export async function report(run: Run): Promise<SyncReport> {
  const { meter, tally, tools, paths, runId, baseline } = run;
  meter.stop();
  const { counts } = meter;
  // Whatever did not end otherwise waits for the next run.
  const ended = counts.sent + counts.skipped + counts.rejected + counts.withheld + counts.uncertain;
  counts.pending = counts.added + counts.changed + counts.removed - ended;
  if (!run.failure) {
    try {
      meter.assertSums();
    } catch (error) {
      run.failure = failureOf(error);
    }
  }
  const failed = run.failure && tally.add(run.failure);
  await tally
    .save(tools.store, paths, runId)
    .catch((error: unknown) => (run.failure ??= failureOf(error)));
  const errors = tally.list();
  const { manifest, head } = baseline;
  return {
    outcome: outcomeOf(run),
    counts: { ...counts },
    phasesMs: { ...meter.phasesMs },
    errors: failed ? errors.filter(({ errorId }) => errorId !== failed.errorId) : errors,
    ...(manifest && head.manifest
      ? {
          baseline: {
            generation: BigInt(head.generation),
            key: head.manifest.key,
            sha256: head.manifest.sha256,
            rows: manifest.rows,
            bytes: manifest.segments.reduce(
              (sum, { fingerprint, values }) => sum + fingerprint.bytes + values.bytes,
              0,
            ),
          },
        }
      : {}),
    ...(failed ? { failure: failed } : {}),
    ...(run.failure?.retryAfterMs ? { retryAfterMs: run.failure.retryAfterMs } : {}),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    bucketBytes: tools.store.bytesWritten,
  };
}

function outcomeOf({ failure, meter: { counts }, request }: Run): SyncReport['outcome'] {
  if (failure) return failure.kind === 'CANCELLED' ? 'cancelled' : 'failed';
  const unsent =
    counts.rejected +
    counts.withheld +
    counts.uncertain +
    counts.invalid +
    (request.run.dryRun ? 0 : counts.pending);
  return unsent > 0 ? 'completed_with_errors' : 'succeeded';
}
