import { systemClock } from '../../clock.js';
import type { DestinationConnection, Target } from '../../connector/destination.js';
import { Breaker } from '../../sync/breaker.js';
import { deliver } from '../../sync/deliver.js';
import type { DeliverContext } from '../../sync/deliver.js';
import { Journal } from '../../sync/journal.js';
import { Limiter } from '../../sync/limiter.js';
import type { Mapping } from '../../sync/mapping.js';
import { Meter } from '../../sync/meter.js';
import { pathsOf } from '../../sync/paths.js';
import { projectedStretches } from '../../sync/projection.js';
import { Unsent } from '../../sync/unsent.js';
import { Tally } from '../../sync/tally.js';
import type { SyncTools } from '../../sync/tools.js';
import { ids } from '../engine.js';
import { MemoryStore } from '../memory-store.js';
import { fields, key } from './http-rows.js';

/** What is delivered where. */
export interface Delivery {
  connection: DestinationConnection;
  target: Target;
  /** Lines of a plan on disk, all of them added. */
  file: string;
  rows: number;
  /** Of the connection's limits; 0 is none. */
  concurrency: number;
}

/** The engine's delivery, from the lines of a plan to the outcomes of its rows. Throws unless every row was sent. */
export async function deliverFile({
  connection,
  target,
  file,
  rows,
  concurrency,
}: Delivery): Promise<void> {
  const store = new MemoryStore();
  const journal = new Journal(store, { paths: pathsOf(ids), runId: 'run', epoch: 1n });
  const meter = new Meter(systemClock, () => undefined);
  const columns = key.length + fields.length;
  const { outcomes, failure } = await deliver(
    { change: 'added', kind: 'upsert', rows: rows, files: [] },
    projectedStretches(
      [file],
      { columns, picks: Array.from({ length: columns }, (_, column) => ({ column })) },
      { maxRows: target.maxRows, maxBytes: target.maxBytes, upTo: rows },
    ),
    {
      ...contextOf({ target, journal, meter, tools: toolsOf(connection, { store, concurrency }) }),
      unsent: new Unsent(rows),
    },
  );
  await journal.close();
  await target.close();
  await connection.close();
  if (failure) throw failure;
  if (meter.counts.sent !== rows || outcomes.counts().accepted !== rows)
    throw new Error(`Only ${meter.counts.sent} rows were sent.`);
}

function contextOf(
  given: Pick<DeliverContext, 'target' | 'journal' | 'meter' | 'tools'>,
): Omit<DeliverContext, 'unsent'> {
  return {
    ...given,
    // Delivery reads of it what the records are made of.
    mapping: { key, fields } as unknown as Mapping,
    breaker: new Breaker(),
    announced: undefined,
    inTurn: false,
    tally: new Tally({ keepsTexts: true, redact: (text) => text }),
    runId: 'run',
    startedAt: new Date(0),
  };
}

function toolsOf(
  destination: DestinationConnection,
  { store, concurrency }: { store: MemoryStore; concurrency: number },
): SyncTools {
  return {
    source: { check: neverCalled, query: neverCalled, close: neverCalled },
    destination,
    limiter: new Limiter({ requestsPerSecond: 0, concurrency }, systemClock),
    store,
    workDir: '',
    cacheDir: '',
    memoryMiB: 512,
    redact: (text) => text,
    clock: systemClock,
    lease: { epoch: 1n, assertTrusted: () => undefined },
    onProgress: () => undefined,
    signal: new AbortController().signal,
  };
}

async function neverCalled(): Promise<never> {
  throw new Error('The delivery does not ask the source.');
}
