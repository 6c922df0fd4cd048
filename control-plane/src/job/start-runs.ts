import { AppError } from '../app-error.js';
import type { Caller } from '../auth/caller.js';
import type { Transaction } from '../database/database.js';
import {
  AlreadyLive,
  queueRun,
  recordStart,
  type StartedRun,
  type WantedRunOf,
} from './start-run.js';

export interface ManyRuns {
  /** Each sync once. */
  runs: readonly WantedRunOf[];
  /** Where a sync has a live run: whether that one is the answer, or a refusal. */
  ifLive: 'refuse' | 'join';
}

/** A run of each sync, in the order in which they were asked for. */
export interface StartedRuns {
  ids: string[];
  /** Those of them that were not under way before. */
  queued: StartedRun[];
}

export interface Refusal {
  /** Its place among the wanted ones, from 0 on. */
  place: number;
  error: AppError;
}

/** Why some can not be started, so that none is. */
export class RunsRefused extends AppError {
  constructor(readonly refusals: readonly Refusal[]) {
    super('run.some_refused', `Nothing was started: ${refusals.length} of the runs can not be.`);
  }
}

/**
 * All or none, in one transaction. Syncs go in the order of their names, and the audit log comes after them all: of two who
 * ask for the same ones at once, one waits for the other.
 */
export async function startRuns(
  tx: Transaction,
  caller: Caller,
  { runs, ifLive }: ManyRuns,
): Promise<StartedRuns> {
  const ids = new Map<string, string>();
  const queued: StartedRun[] = [];
  const refusals: Refusal[] = [];
  const byName = runs.toSorted((one, other) => (one.sync < other.sync ? -1 : 1));
  for (const wanted of byName) {
    const { sync } = wanted;
    const run = await queueRun(tx, caller, wanted).catch(refusalOf);
    if (!(run instanceof AppError)) {
      ids.set(sync, run.id);
      queued.push(run);
    } else if (ifLive === 'join' && run instanceof AlreadyLive && run.runId)
      ids.set(sync, run.runId);
    else refusals.push({ place: runs.indexOf(wanted), error: run });
  }
  const [first] = refusals;
  if (first && runs.length === 1) throw first.error;
  if (first) throw new RunsRefused(refusals);
  for (const run of queued) await recordStart(tx, caller, run);
  return { ids: runs.map(({ sync }) => ids.get(sync) ?? ''), queued };
}

/** What a check refused leaves the transaction as it was; anything else ends it. */
function refusalOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  throw error;
}
