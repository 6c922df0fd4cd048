import {
  connectionOf,
  specificationIn,
  type DestinationEntry,
  type MessageInitShape,
  type OfferSchema,
  type SourceEntry,
} from '@drawbridge/proto';
import type { Transaction } from '../database/database.js';
import type { RunOptions } from '../run/run-options.js';
import type { ClaimedJob } from './claim.js';
import { wireOptions } from './wire-options.js';
import type { LeaseKey } from './lease.js';

/** What there is to do, in the wire's words. */
export type Work = NonNullable<MessageInitShape<typeof OfferSchema>['work']>;

export interface LeasedJob extends LeaseKey {
  work: Work;
}

/** The connection that is asked; it stays in the job's row. */
export type AskedConnection =
  | { kind: 'source'; name: string; entry: SourceEntry }
  | { kind: 'destination'; name: string; entry: DestinationEntry };

/** What it is asked: with a path, what is there; without, whether it works. */
export type ConnectionRequest = AskedConnection & { path?: readonly string[] };

/** A run is offered from the bytes that its version was stored with: they are what a customer signs. */
export async function leasedJobs(
  tx: Transaction,
  claimed: readonly ClaimedJob[],
): Promise<LeasedJob[]> {
  const runs = await tx.run.findMany({
    where: { id: { in: claimed.flatMap(({ runId }) => runId ?? []) } },
    select: { id: true, options: true, syncVersion: { select: { canonical: true } } },
  });
  const workByRun = new Map(runs.map((run) => [run.id, runWork(run)]));
  return claimed.flatMap(({ jobId, epoch, runId, request }) => {
    const work =
      runId === null ? connectionWork(request as ConnectionRequest) : workByRun.get(runId);
    return work ? [{ jobId, epoch, work }] : [];
  });
}

function runWork(run: {
  id: string;
  options: unknown;
  syncVersion: { canonical: Uint8Array };
}): Work {
  const spec = specificationIn(run.syncVersion.canonical);
  const options = wireOptions(run.options as RunOptions);
  return { case: 'runSync', value: { runId: run.id, spec, options } };
}

function connectionWork({ kind, name, entry, path }: ConnectionRequest): Work {
  const connection = { case: kind, value: connectionOf(name, entry) };
  if (!path) return { case: 'checkConnection', value: { connection } };
  return { case: 'discover', value: { connection, path: [...path] } };
}
