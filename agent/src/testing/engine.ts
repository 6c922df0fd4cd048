import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import type { DestinationConnection } from '../connector/destination.js';
import type { SourceConnection } from '../connector/source.js';
import { Limiter } from '../sync/limiter.js';
import { runSync } from '../sync/run-sync.js';
import type { FieldMapping, SyncReport, SyncRequest } from '../sync/sync-request.js';
import type { SyncTools } from '../sync/tools.js';
import type { Store } from '../store/store.js';

export const ids = {
  workspaceId: '00000000-0000-4000-8000-000000000001',
  syncId: '00000000-0000-4000-8000-000000000002',
};

export const column = (name: string): FieldMapping => ({
  field: name,
  value: { kind: 'column', column: name },
  nulls: 'send',
});

export function makeRequest(change: Partial<SyncRequest> = {}): SyncRequest {
  return {
    ...ids,
    syncName: 'people',
    runId: crypto.randomUUID(),
    version: 1n,
    model: { name: 'people', query: { table: 'person' }, primaryKey: ['id'] },
    destinationName: 'target',
    object: 'person',
    mode: 'mirror',
    onRemoved: { action: 'delete', set: [] },
    key: [{ field: 'id', column: 'id' }],
    fields: [column('name'), column('team')],
    firstRun: 'send',
    guards: { emptyResult: 'allow' },
    uncertain: 'hold',
    snapshots: 'full',
    quarantineAfter: 0,
    mappingChange: 'backfill',
    options: {},
    run: { dryRun: false, full: false, rebaseline: false, verify: false },
    ...change,
  };
}

/** Waits for nothing, so that retries take no time; what is to be done every so often would be done without end. */
export const eagerClock: Clock = {
  now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
  monotonicMs: () => performance.now(),
  sleep: async (_ms, signal) => signal?.throwIfAborted(),
  every: () => undefined,
};

export interface Engine {
  run(request?: Partial<SyncRequest>, tools?: Partial<SyncTools>): Promise<SyncReport>;
  close(): Promise<void>;
}

/** The engine on given parts, with scratch folders of its own. */
export async function openEngine(parts: {
  source: SourceConnection;
  destination: DestinationConnection;
  store: Store;
}): Promise<Engine> {
  const directory = await mkdtemp(join(tmpdir(), 'drawbridge-engine-'));
  let runs = 0;
  return {
    run: (change, tools) =>
      runSync(makeRequest(change), {
        ...parts,
        limiter: new Limiter({ requestsPerSecond: 0, concurrency: 0 }, eagerClock),
        workDir: join(directory, `run-${++runs}`),
        cacheDir: join(directory, 'cache'),
        memoryMiB: 512,
        hashKey: async () => 'k'.repeat(32),
        redact: (text) => text,
        clock: eagerClock,
        lease: { epoch: BigInt(runs), assertTrusted: () => undefined },
        onProgress: () => undefined,
        signal: new AbortController().signal,
        ...tools,
      }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
