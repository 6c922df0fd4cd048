import { AppError } from '../app-error.js';

/** What a run does differently from an ordinary one. */
export interface RunOptions {
  dryRun: boolean;
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
}

export const ordinary: RunOptions = {
  dryRun: false,
  full: false,
  rebaseline: false,
  verify: false,
};

export function runOptionsOf(wanted: { [Name in keyof RunOptions]?: boolean | null }): RunOptions {
  if (wanted.full && wanted.rebaseline)
    throw new AppError(
      'run.options_conflict',
      '"full" sends every row and "rebaseline" sends none. Choose one of them.',
    );
  return {
    dryRun: wanted.dryRun ?? false,
    full: wanted.full ?? false,
    rebaseline: wanted.rebaseline ?? false,
    verify: wanted.verify ?? false,
  };
}
