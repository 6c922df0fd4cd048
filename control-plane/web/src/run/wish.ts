import type { RunWishes } from '@drawbridge/proto/run-conflict';

/** What a person can ask of a run; to undo one is asked for on its own page. */
export type WishName = Exclude<keyof RunWishes, 'undo'>;

export type Wishes = Partial<Record<WishName, boolean>>;

export interface Wish {
  label: string;
  /** How the command line calls it. */
  flag: string;
  /** What it does, and what that does to the destination. */
  does: string;
}

export const wishes: Readonly<Record<WishName, Wish>> = {
  dryRun: {
    label: 'Dry run',
    flag: '--dry-run',
    does: 'Counts what would be added, changed and removed, and leaves the destination alone.',
  },
  canary: {
    label: 'At most so many operations',
    flag: '--canary',
    does: 'Sends a few operations and leaves the rest pending; the sync is paused then until you resume it.',
  },
  onlyRejected: {
    label: 'Only rows that were rejected',
    flag: '--only rejected',
    does: 'Sends what the destination refused before, with its latest values, and leaves all else for a later run.',
  },
  verify: {
    label: 'Compare every value',
    flag: '--verify',
    does: 'Takes longer, for it compares values and not only fingerprints; what has changed is sent, as ever.',
  },
  acceptTypes: {
    label: 'Take changed types as they are',
    flag: '--accept-types',
    does: 'Right when a column has another type and the same values: the destination gets nothing for it.',
  },
  backfill: {
    label: 'Every row again if the mapping changed',
    flag: '--backfill',
    does: 'Sends unchanged rows, too, so that every record at the destination follows the new mapping.',
  },
  fromNowOn: {
    label: 'A changed mapping from now on',
    flag: '--from-now-on',
    does: 'Leaves records as they are until their rows change; later only “Every row again” sends the rest.',
  },
  full: {
    label: 'Every row again',
    flag: '--full',
    does: 'Sends every current row, changed or not: mapped fields that were edited at the destination are overwritten, and what was created or appended once is not sent twice.',
  },
  rebaseline: {
    label: 'Record the rows, send nothing',
    flag: '--rebaseline',
    does: 'Takes the query’s rows as sent already: what was added, changed or removed since the last run never reaches the destination.',
  },
};

export const wishNames = Object.keys(wishes) as WishName[];

export const isWishName = (name: unknown): name is WishName =>
  typeof name === 'string' && Object.hasOwn(wishes, name);

/** What must be looked at twice; a dry run of it harms nobody. */
export const destructiveOf = (chosen: Wishes): 'full' | 'rebaseline' | undefined =>
  chosen.dryRun ? undefined : chosen.full ? 'full' : chosen.rebaseline ? 'rebaseline' : undefined;
