import { crashPoint } from '../crash-point.js';
import { failureOf } from '../failure.js';
import type { Run } from './run.js';
import type { SyncReport } from './sync-request.js';

/** Counts and codes, no values; the texts of errors go to the bucket. */
export async function report(run: Run): Promise<SyncReport> {
  const { meter, tally, tools, paths, runId, baseline } = run;
  meter.stop();
  const { counts } = meter;
  settleCounts(run);
  const failed = run.failure && tally.add(run.failure);
  crashPoint('report.before');
  await tally
    .save(tools.store, paths, runId)
    .catch((error: unknown) => (run.failure ??= failureOf(error)));
  crashPoint('report.after');
  const errors = tally.list();
  const { manifest, head } = baseline;
  return {
    outcome: outcomeOf(run),
    counts: { ...counts },
    ...(run.planDigest === undefined ? {} : { planDigest: run.planDigest }),
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
              (sum, { fingerprint, values }) =>
                [fingerprint, ...values].reduce((all, { bytes }) => all + bytes, sum),
              0,
            ),
          },
        }
      : {}),
    ...(failed ? { failure: failed } : {}),
    ...(run.failure?.retryAfterMs ? { retryAfterMs: run.failure.retryAfterMs } : {}),
    ...(run.missed === undefined ? {} : { missed: run.missed }),
    resumed: run.resumed,
    resentForMapping: run.resentForMapping,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    bucketBytes: tools.store.bytesWritten,
  };
}

/** A run that came to its end has counted every row; what a failure cut off waits for the next run. */
function settleCounts(run: Run): void {
  const { meter, request, isWaiting } = run;
  if (run.failure) return meter.leavePending();
  try {
    const { dryRun, canary, onlyRejected, undo } = request.run;
    const sendsAll = !dryRun && canary === undefined && !onlyRejected && !isWaiting;
    meter.assertSums({ sendsAll, hasQuery: undo === undefined });
  } catch (error) {
    run.failure = failureOf(error);
  }
}

/** Rows of which a person should know, whatever the counts say. */
const tellsOfRows = ['delivery.quarantined', 'delivery.uncertain', 'snapshot.missed'];

function outcomeOf({ failure, isWaiting, tally, meter: { counts } }: Run): SyncReport['outcome'] {
  if (failure) return failure.kind === 'CANCELLED' ? 'cancelled' : 'failed';
  if (isWaiting) return 'waiting_approval';
  const unsent = counts.rejected + counts.withheld + counts.uncertain + counts.invalid;
  return unsent > 0 || tellsOfRows.some((code) => tally.has(code))
    ? 'completed_with_errors'
    : 'succeeded';
}
