import type { DatabaseClient } from '../database/database.js';
import type { DatabaseTime } from '../database/database-time.js';
import { tellKept } from './kept-slots.js';
import { settleStarts } from './late-starts.js';

/**
 * Tells of slots without a run in time, until none is left to tell of. Of those that it starts late, or not at all, the
 * scheduler tells itself. The others nobody would see, since nothing happens: a run that no agent takes, and a slot that its
 * sync keeps while another run is live or its destination is paused.
 */
export async function tellMissedRuns(
  database: DatabaseClient,
  time: DatabaseTime,
  signal: AbortSignal,
): Promise<void> {
  for (let told = 1; told > 0 && !signal.aborted;)
    told = await database.$transaction(async (tx) => {
      const now = await time.now(tx);
      return (await settleStarts(tx, now)) + (await tellKept(tx, now));
    });
}
