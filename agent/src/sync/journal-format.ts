import type { Change } from './mapping.js';
import type { ToldRows } from './outcomes.js';
import type { Piece } from './packed-piece.js';

/** Rows that may be handed to the destination from now on. */
export interface Intent {
  change: Change;
  from: number;
  to: number;
}

/** A job that has rows between `from` and `to`, as the destination calls it. */
export interface NamedJob {
  change: Change;
  job: string;
  from: number;
  to: number;
  /** Which of them. */
  rows: Piece[];
}

/** What one object of a journal tells. The first of a journal tells nothing: that it is there says that none is lost. */
export interface Entry {
  intents: Intent[];
  outcomes: ({ change: Change } & ToldRows)[];
  jobs?: NamedJob[];
}

export const journalFormat = 2;
