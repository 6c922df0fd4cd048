import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDuck } from '../duck/duck.js';
import type { Duck } from '../duck/duck.js';
import type { Failure } from '../failure.js';
import type { Change } from './mapping.js';
import type { Baseline, Shape } from './baseline.js';
import { Meter } from './meter.js';
import { pathsOf } from './paths.js';
import type { SyncPaths } from './paths.js';
import type { SyncRequest } from './sync-request.js';
import { targetOf } from './elsewhere.js';
import { footingOf } from './footing.js';
import type { Footing } from './footing.js';
import { mappingDigest } from './mapping-digest.js';
import type { SentByRun } from './undo-log.js';
import { Tally } from './tally.js';
import type { SyncTools } from './tools.js';

/** What the steps of one run share. Each step fills in what the next one needs. */
export interface Run {
  /** An undo removes what was added, even where the sync removes nothing. */
  request: SyncRequest;
  readonly runId: string;
  tools: SyncTools;
  readonly paths: SyncPaths;
  readonly duck: Duck;
  readonly meter: Meter;
  readonly tally: Tally;
  readonly startedAt: Date;
  baseline: Baseline;
  shape: Shape;
  footing: Footing;
  /** The next baseline starts from nothing. */
  fresh: boolean;
  /** Operations of a cut-off run that need not be sent again. */
  resumed: number;
  /** Changes that a guard wants approved. */
  unapproved: ReadonlySet<Change>;
  /** Rows that are sent for the mapping alone, or would be. */
  resentForMapping: number;
  /** Rows that had changed and their fingerprints had not; absent unless every row was compared. */
  missed?: number | undefined;
  /** Names what was planned, where somebody may want to refer to it. */
  planDigest?: string;
  /** Nothing was sent: the plan waits for approval. */
  isWaiting: boolean;
  /** Of the fingerprints, where an approved plan has made it and no baseline has. */
  seed?: bigint;
  /** What is to be taken back. */
  sent?: SentByRun[];
  /** What kept the log of an earlier run from being written. */
  unlogged?: Failure | undefined;
  failure?: Failure | undefined;
}

/** Share of the agent's memory that DuckDB may count; it takes twice that, and kernel, batches and Node need the rest. */
const duckShare = 0.2;

export async function openRun(request: SyncRequest, tools: SyncTools): Promise<Run> {
  await mkdir(tools.workDir, { recursive: true });
  return {
    request,
    runId: request.runId,
    // What no baseline of this sync names is dropped from its cache, so it shares it with no other.
    tools: { ...tools, cacheDir: join(tools.cacheDir, request.syncId) },
    paths: pathsOf(request),
    duck: await openDuck({
      directory: tools.workDir,
      memoryMiB: Math.max(96, Math.floor(tools.memoryMiB * duckShare)),
    }),
    meter: new Meter(tools.clock, tools.onProgress),
    tally: new Tally({ keepsTexts: request.snapshots === 'full', redact: tools.redact }),
    startedAt: new Date(tools.clock.now()),
    baseline: {
      head: { generation: 0, epoch: '0', runId: '' },
      etag: undefined,
      manifest: undefined,
    },
    shape: {
      seed: 0n,
      columns: [],
      keyColumns: 0,
      target: targetOf(request),
      place: request.place,
      mapping: mappingDigest(request),
    },
    footing: footingOf(request, { columns: [], form: '' }, undefined),
    fresh: false,
    resumed: 0,
    unapproved: new Set(),
    resentForMapping: 0,
    isWaiting: false,
  };
}
