import { conflictOf, type RunWishes } from '@drawbridge/proto';
import { AppError } from '../app-error.js';
import { isUuid } from '../database/uuid.js';

/**
 * What a run does differently from an ordinary one, as its row keeps it. The first four are there since ever; a run of an
 * older control plane has no word on the others.
 */
export interface RunOptions {
  dryRun: boolean;
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  /** Sends so many operations and leaves the rest pending. */
  canary?: number;
  /** Sends only rows that an earlier run was refused. */
  onlyRejected?: true;
  /** The run whose effect is to be taken back. */
  undo?: string;
  /** Takes columns whose type changed as they are now. */
  acceptTypes?: true;
  /** Instead of what the sync says about a mapping that has changed. */
  mappingChange?: MappingChoice;
  /** The digest of the plan that a person approved; what goes beyond it waits again. */
  approvedPlan?: string;
  /** The digest of the plan that a dry run made; another one waits for a person. */
  expectedPlan?: string;
}

export type MappingChoice = 'backfill' | 'from-now-on';

/** A run that is asked for; what is left out or null is not wanted. */
export interface WantedRun {
  dryRun?: boolean | null;
  full?: boolean | null;
  rebaseline?: boolean | null;
  verify?: boolean | null;
  canary?: number | null;
  onlyRejected?: boolean | null;
  undo?: string | null;
  /** The plan of an undo's dry run. */
  planDigest?: string | null;
  acceptTypes?: boolean | null;
  backfill?: boolean | null;
  fromNowOn?: boolean | null;
}

export const ordinary: RunOptions = {
  dryRun: false,
  full: false,
  rebaseline: false,
  verify: false,
};

/** Throws AppError `run.options_conflict` or `run.bad_…`. */
export function runOptionsOf({ planDigest, ...wanted }: WantedRun): RunOptions {
  const { canary, undo, backfill, fromNowOn } = wanted;
  refuseConflict(wanted);
  if (planDigest && (!undo || wanted.dryRun))
    throw new AppError(
      'run.options_conflict',
      '"planDigest" goes with an "undo" that is no dry run: it names the plan that its dry run made.',
    );
  refuseNonsense(wanted);
  const mappingChange = backfill ? 'backfill' : fromNowOn ? 'from-now-on' : undefined;
  return {
    dryRun: wanted.dryRun ?? false,
    full: wanted.full ?? false,
    rebaseline: wanted.rebaseline ?? false,
    verify: wanted.verify ?? false,
    ...(typeof canary === 'number' && { canary }),
    ...(wanted.onlyRejected && { onlyRejected: true }),
    ...(typeof undo === 'string' && { undo: undo.toLowerCase() }),
    ...(wanted.acceptTypes && { acceptTypes: true }),
    ...(mappingChange && { mappingChange }),
    ...(planDigest && { expectedPlan: planDigest }),
  };
}

function refuseConflict(wanted: WantedRun): void {
  const isWanted = Object.entries(wanted).map(([name, value]) => [
    name,
    typeof value === 'boolean' ? value : value !== null && value !== undefined,
  ]);
  const conflict = conflictOf(Object.fromEntries(isWanted) as RunWishes);
  if (!conflict) return;
  const [one, other] = conflict.wishes;
  const message = `"${one}" and "${other}" do not go together: ${conflict.reason}. Choose one of them.`;
  throw new AppError('run.options_conflict', message);
}

function refuseNonsense({ canary, undo }: WantedRun): void {
  if (typeof canary === 'number' && !(Number.isInteger(canary) && canary > 0))
    throw new AppError('run.bad_canary', '"canary" is a whole number of operations from 1 on.');
  if (typeof undo === 'string' && !isUuid(undo))
    throw new AppError('run.undo_not_found', 'There is no run to undo with this id.');
}
