import { Failure } from '../failure.js';
import type { SyncRequest } from './sync-request.js';

const sha256Hex = /^[0-9a-f]{64}$/;

/** What a run is asked for comes over a wire: refused before anything is read when it makes no sense. */
export function assertOptions({ run }: SyncRequest): void {
  if (run.approvedPlan !== undefined && !sha256Hex.test(run.approvedPlan))
    throw new Failure(
      'CONFIG',
      'run.bad_approval',
      'What was approved is no digest of a plan. Approve the plan that the waiting run shows.',
    );
}
