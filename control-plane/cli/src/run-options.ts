import { conflictOf, type RunWishes } from '@drawbridge/proto';
import type { Given } from './command.js';
import { CliFailure } from './failure.js';
import type { StartRunInput } from './operation.js';

/** The API's words for what a run can be asked for, as they are typed. */
const flags: Record<keyof RunWishes, string> = {
  dryRun: '--dry-run',
  full: '--full',
  rebaseline: '--rebaseline',
  verify: '--verify',
  canary: '--canary',
  onlyRejected: '--only rejected',
  undo: '--undo',
  acceptTypes: '--accept-types',
  backfill: '--backfill',
  fromNowOn: '--from-now-on',
};

/** What makes no sense is refused here, before anything is asked of the server. */
export function startInput(sync: string, options: Given['options']): StartRunInput {
  const { canary, only, undo, plan } = options;
  const isOn = (name: string): boolean => options[name] === true;
  const input: StartRunInput = {
    sync,
    dryRun: isOn('dryRun'),
    full: isOn('full'),
    rebaseline: isOn('rebaseline'),
    verify: isOn('verify'),
    ...(canary !== undefined && { canary: operations(canary) }),
    ...(only !== undefined && { onlyRejected: isRejected(only) }),
    ...(typeof undo === 'string' && { undo }),
    ...(typeof plan === 'string' && { planDigest: plan }),
    ...(isOn('acceptTypes') && { acceptTypes: true }),
    ...(isOn('backfill') && { backfill: true }),
    ...(isOn('fromNowOn') && { fromNowOn: true }),
  };
  refuseConflict(input);
  if (input.planDigest !== undefined && (input.undo === undefined || input.dryRun))
    throw wrongUsage('--plan goes with an --undo that is no --dry-run.');
  return input;
}

function refuseConflict({ canary, undo, ...input }: Omit<StartRunInput, 'planDigest'>): void {
  const wishes = { ...input, canary: canary !== undefined, undo: undo !== undefined };
  const conflict = conflictOf(wishes);
  if (!conflict) return;
  const [one, other] = conflict.wishes.map((name) => flags[name]);
  throw wrongUsage(`${one} and ${other} do not go together: ${conflict.reason}. Choose one.`);
}

/** The API's whole numbers end at 2^31 − 1. */
function operations(given: string | boolean): number {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0 && number < 2 ** 31) return number;
  throw wrongUsage('--canary is a whole number of operations, from 1 on.');
}

function isRejected(given: string | boolean): true {
  if (given === 'rejected') return true;
  throw wrongUsage('--only takes the word "rejected": rows that an earlier run was refused.');
}

const wrongUsage = (message: string): CliFailure => new CliFailure('cli.usage', message, 2);
