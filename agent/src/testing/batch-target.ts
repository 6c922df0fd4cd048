import { isBulk } from '../connector/destination.js';
import type { BulkTarget, Target } from '../connector/destination.js';

/** The target of a destination that takes batches. */
export function batchTarget(target: Target | BulkTarget): Target {
  if (isBulk(target)) throw new Error('The target takes files.');
  return target;
}
