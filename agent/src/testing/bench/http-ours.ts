import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.js';
import type { DestinationConnection, Target } from '../../connector/destination.js';
import { readSettings } from '../../connector/settings.js';
import http from '../../destination/http/index.js';
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
import { concurrency } from './http-case.js';
import type { Contender, HttpCase } from './http-case.js';
import { batchTarget } from '../batch-target.js';
import { fields, key, linesOfRows } from './http-rows.js';

/** The engine's delivery to the http destination, from the lines of a plan on disk to the outcomes of its rows. */
export async function openOurs(
  of: HttpCase,
  sinkUrl: string,
  directory: string,
): Promise<Contender> {
  const file = join(directory, 'rows.tsv');
  await writeFile(file, linesOfRows(of.rows));
  return { send: () => sendAll(of, file, sinkUrl) };
}

async function sendAll(of: HttpCase, file: string, sinkUrl: string): Promise<void> {
  const connection = http.open({
    settings: readSettings(http.settings, { baseUrl: sinkUrl }),
    secrets: { secret: undefined },
  });
  const target = await openTarget(of, connection);
  const store = new MemoryStore();
  const journal = new Journal(store, { paths: pathsOf(ids), runId: 'run', epoch: 1n });
  const meter = new Meter(systemClock, () => undefined);
  const columns = key.length + fields.length;
  const { outcomes, failure } = await deliver(
    { change: 'added', kind: 'upsert', rows: of.rows, files: [] },
    projectedStretches(
      [file],
      { columns, picks: Array.from({ length: columns }, (_, column) => ({ column })) },
      { maxRows: target.maxRows, maxBytes: target.maxBytes, upTo: of.rows },
    ),
    {
      ...contextOf({ target, journal, meter, tools: toolsOf(connection, store) }),
      unsent: new Unsent(of.rows),
    },
  );
  await journal.close();
  await connection.close();
  if (failure) throw failure;
  if (meter.counts.sent !== of.rows || outcomes.counts().accepted !== of.rows)
    throw new Error(`Only ${meter.counts.sent} rows were sent.`);
}

async function openTarget(of: HttpCase, connection: DestinationConnection): Promise<Target> {
  const batch = of.batchRows === 1 ? {} : { batch: { size: of.batchRows } };
  const url = of.ownUrl ? { added: { url: 'people/{{ id }}' } } : {};
  const opened = await connection.open(
    {
      object: 'people',
      mode: 'upsert',
      removal: 'nothing',
      key,
      fields,
      set: [],
      options: { ...batch, ...url, repeatable: true },
      tag: { ...ids, runId: 'run' },
      lastCheck: () => undefined,
    },
    new AbortController().signal,
  );
  return batchTarget(opened);
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

function toolsOf(destination: DestinationConnection, store: MemoryStore): SyncTools {
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
