import { afterEach, beforeEach, expect, it } from 'vitest';
import { Failure } from '../failure.js';
import { openEngine } from '../testing/engine.js';
import type { Engine } from '../testing/engine.js';
import { memoryDestination, memorySource } from '../testing/memory-connectors.js';
import type { MemoryDestination } from '../testing/memory-connectors.js';
import { MemoryStore } from '../testing/memory-store.js';
import type { DestinationConnection } from '../connector/destination.js';
import { batchTarget } from '../testing/batch-target.js';
import { finishingDestination, finishingStore } from './finishing.js';

const rows = Array.from({ length: 21 }, (_, n) => ({ id: `${n}`, name: 'Ada', team: 'red' }));

let engine: Engine;
let memory: MemoryDestination;
let stopping: AbortController;
let losing: AbortController;
/** Called while the first batch is on its way. */
let inFlight: () => void;

beforeEach(async () => {
  stopping = new AbortController();
  losing = new AbortController();
  memory = memoryDestination({ maxRows: 7 });
  const store = finishingStore(new MemoryStore(), losing.signal);
  const destination = finishingDestination(obedient(memory), losing.signal);
  engine = await openEngine({ source: memorySource(() => rows), destination, store });
});
afterEach(() => engine.close());

const run = () => engine.run({}, { signal: AbortSignal.any([stopping.signal, losing.signal]) });

it('finishes and records the batch in flight when it is told to stop, and sends nothing after it', async () => {
  inFlight = () => stopping.abort(new Failure('CANCELLED', 'job.draining', 'Stopped.'));
  const report = await run();
  expect(report.outcome).toBe('cancelled');
  expect(report.failure?.failure.code).toBe('job.draining');
  expect(report.counts).toMatchObject({ sent: 7, pending: 14, uncertain: 0 });
  expect(report.baseline?.rows).toBe(7);
  expect(memory.records.size).toBe(7);
});

it('sends what is left in the next run, and nothing twice', async () => {
  inFlight = () => stopping.abort(new Failure('CANCELLED', 'job.draining', 'Stopped.'));
  await run();
  stopping = new AbortController();
  inFlight = () => undefined;
  expect((await run()).counts).toMatchObject({ unchanged: 7, added: 14, sent: 14 });
  expect(memory.records.size).toBe(21);
});

it('cuts the batch in flight off when the lease is lost', async () => {
  inFlight = () => losing.abort(new Failure('CANCELLED', 'lease.lost', 'Lost.'));
  const report = await run();
  expect(report.counts.sent).toBe(0);
  expect(memory.records.size).toBe(0);
});

/** Gives up a batch as soon as the signal it was handed says so, as a client with a socket does. */
function obedient(destination: MemoryDestination): DestinationConnection {
  return {
    ...destination,
    open: async (request, signal) => {
      const target = batchTarget(await destination.open(request, signal));
      return {
        ...target,
        deliver: async (batch, until) => {
          inFlight();
          until.throwIfAborted();
          return target.deliver(batch, until);
        },
      };
    },
  };
}
