import type { Operation } from './api.js';

/** A pool or a destination that a person may pause. */
export interface Pausable {
  name: string;
  pausedAt: string | null;
}

export const pausePool: Operation<{ pausePool: { pool: Pausable } }, { input: { pool: string } }> =
  {
    document: `mutation PausePool($input: PausePoolInput!) { pausePool(input: $input) { pool { name pausedAt } } }`,
  };

export const resumePool: Operation<
  { resumePool: { pool: Pausable } },
  { input: { pool: string } }
> = {
  document: `mutation ResumePool($input: PausePoolInput!) { resumePool(input: $input) { pool { name pausedAt } } }`,
};

export const pauseDestination: Operation<
  { pauseDestination: { destination: Pausable } },
  { input: { destination: string } }
> = {
  document: `mutation PauseDestination($input: PauseDestinationInput!) { pauseDestination(input: $input) { destination { name pausedAt } } }`,
};

export const resumeDestination: Operation<
  { resumeDestination: { destination: Pausable } },
  { input: { destination: string } }
> = {
  document: `mutation ResumeDestination($input: PauseDestinationInput!) { resumeDestination(input: $input) { destination { name pausedAt } } }`,
};

export interface PausedSync {
  name: string;
  pausedAt: string | null;
  nextRunAt: string | null;
}

export const pauseSync: Operation<
  { pauseSync: { sync: PausedSync } },
  { input: { sync: string } }
> = {
  document: `mutation PauseSync($input: PauseSyncInput!) { pauseSync(input: $input) { sync { name pausedAt nextRunAt } } }`,
};

export const resumeSync: Operation<
  { resumeSync: { sync: PausedSync } },
  { input: { sync: string } }
> = {
  document: `mutation ResumeSync($input: PauseSyncInput!) { resumeSync(input: $input) { sync { name pausedAt nextRunAt } } }`,
};
