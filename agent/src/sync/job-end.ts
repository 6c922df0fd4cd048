import type { BulkTarget, JobState } from '../connector/destination.js';
import { patiently } from './patiently.js';
import type { SyncTools } from './tools.js';

/** How long a job is left alone before it is looked at, at first and at most, in milliseconds. */
export const firstLookMs = 200;
const longestLookMs = 10_000;

/** Waits until a job does nothing any more, however long that takes, and tells how far it is. */
export async function endOfJob(
  job: string,
  { target, tools }: { target: BulkTarget; tools: SyncTools },
  tellDone: (done: number) => void,
): Promise<Exclude<JobState['kind'], 'working'>> {
  for (let pauseMs = firstLookMs; ; pauseMs = Math.min(pauseMs * 1.5, longestLookMs)) {
    const state = await patiently(() => target.look(job, tools.signal), tools);
    if (state.kind !== 'working') return state.kind;
    tellDone(state.done);
    await tools.clock.sleep(pauseMs, tools.signal);
  }
}
