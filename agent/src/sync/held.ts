import { crashPoint } from '../crash-point.js';
import { Failure } from '../failure.js';
import { moveHead } from './baseline.js';
import type { Head, HeldRows } from './baseline.js';
import type { Run } from './run.js';
import type { Settled } from './settle.js';
import type { Tally } from './tally.js';

// Rows that may have arrived and are not sent again are known from then on, so no later run finds them: whoever finds
// them first must tell. A run can die between recording them and telling, so the head remembers until that is done.

/** What the next head says of held rows, once a run has recorded more of them. */
export function heldAfter(
  former: HeldRows | undefined,
  runId: string,
  parts: readonly { settled?: Settled }[],
): Pick<Head, 'held'> {
  const rows = parts.reduce((sum, { settled }) => sum + (settled?.rows.held ?? 0), 0);
  const untold = former?.told ? 0 : (former?.rows ?? 0);
  if (rows > 0) return { held: { runId, rows: rows + untold, told: false } };
  return former ? { held: former } : {};
}

/** A run that is tried again has not been heard either: else nobody would try it again. */
export function tellHeld({ held }: Head, { runId, tally }: { runId: string; tally: Tally }): void {
  if (held && (!held.told || held.runId === runId)) tally.add(heldBack(), undefined, held.rows);
}

/** The report holds them. If that can't be noted, the next run tells them once more. */
export async function noteTold({ baseline, tools, paths, runId }: Run): Promise<void> {
  const { head, etag } = baseline;
  if (!head.held || head.held.told) return;
  crashPoint('held.told');
  const next = { ...head, held: { ...head.held, runId, told: true } };
  try {
    tools.lease.assertTrusted();
    await moveHead(tools.store, { paths, etag }, next);
  } catch {
    // Somebody else has the sync by now, or the bucket is away: both tell by themselves.
  }
}

export function heldBack(): Failure {
  return new Failure(
    'REJECTED',
    'delivery.uncertain',
    'An earlier run was cut off, and these rows may have arrived. They are held back; set uncertain: resend to send such rows again.',
  );
}
