import {
  connectionOf,
  specificationIn,
  type DestinationEntry,
  type MessageInitShape,
  type OfferSchema,
  type SourceEntry,
} from '@drawbridge/proto';
import type { RunOptions } from '../run/run-options.js';
import type { ClaimedJob } from './claim.js';
import { wireOptions } from './wire-options.js';
import type { LeaseKey } from './lease.js';

/** What there is to do, in the wire's words. */
export type Work = NonNullable<MessageInitShape<typeof OfferSchema>['work']>;

export interface LeasedJob extends LeaseKey {
  agentId: string;
  work: Work;
}

/** The connection that is asked; it stays in the job's row. */
export type AskedConnection =
  | { kind: 'source'; name: string; entry: SourceEntry }
  | { kind: 'destination'; name: string; entry: DestinationEntry };

/** What it is asked: with a path, what is there; without, whether it works. */
export type ConnectionRequest = AskedConnection & { path?: readonly string[] };

/** Those that there is something to do about. */
export const leasedJobs = (claimed: readonly ClaimedJob[]): LeasedJob[] =>
  claimed.flatMap((job) => {
    const { jobId, epoch, agentId } = job;
    const work =
      job.runId === null ? connectionWork(job.request as ConnectionRequest) : runWork(job);
    return work ? [{ jobId, epoch, agentId, work }] : [];
  });

/** A run is offered from the bytes that its version was stored with: they are what a customer signs. */
function runWork({ runId, options, canonical }: ClaimedJob): Work | undefined {
  if (runId === null || !canonical) return undefined;
  const spec = specificationIn(canonical);
  return { case: 'runSync', value: { runId, spec, options: wireOptions(options as RunOptions) } };
}

function connectionWork({ kind, name, entry, path }: ConnectionRequest): Work {
  const connection = { case: kind, value: connectionOf(name, entry) };
  if (!path) return { case: 'checkConnection', value: { connection } };
  return { case: 'discover', value: { connection, path: [...path] } };
}
