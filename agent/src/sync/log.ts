import { createHash } from 'node:crypto';
import type { OperationKind } from '../connector/destination.js';
import type { Column } from '../connector/value.js';
import { crashPoint } from '../crash-point.js';
import type { Duck } from '../duck/duck.js';
import { failureOf } from '../failure.js';
import type { Failure } from '../failure.js';
import type { ObjectPointer } from '../store/store.js';
import type { Shape } from './baseline.js';
import { logFiles } from './log-file.js';
import type { Change } from './mapping.js';
import { Outcomes } from './outcomes.js';
import type { Ending } from './outcomes.js';
import { basicTime } from './paths.js';
import type { SyncPaths } from './paths.js';
import type { SyncTools } from './tools.js';

// What a run did to each row, for the customer's own SQL: Parquet below `log/changelog/run=…/`, one folder for each
// change, operation and outcome, as Hive names them. A part of the plan whose rows all ended alike is copied by the bucket itself.
//
// It is written after the delivery and before the head moves. So a run that is cut off in between is found by the next
// one, which writes the same names again from plan and journal: nothing is logged twice, and nothing that was recorded is missing.
// `_log-<epoch>.json`, written last, names the files and what they mean; without it the log of an attempt is not whole.

/** What became of a row. Rows that no run came to are in no log; the report counts them as pending. */
export type LoggedOutcome = 'sent' | 'rejected' | 'skipped' | 'withheld' | 'uncertain';

/** One attempt at a run. */
export interface RunLog {
  format: 1;
  workspaceId: string;
  syncId: string;
  syncName: string;
  runId: string;
  epoch: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Names the fingerprints' seed without telling it: those of other logs are the same only if this is. */
  lineage: string;
  /** Key columns first. */
  columns: Column[];
  keyColumns: number;
  target: string;
  mapping?: string;
  /** The rows have keys and an HMAC, and no values. */
  mac?: string;
  /** Unchanged rows were sent as well, as the mapping had become another one. */
  owed: boolean;
  files: LoggedFile[];
}

export interface LoggedFile {
  change: Change;
  /** Absent when nothing was to be sent. */
  operation?: OperationKind;
  outcome: LoggedOutcome;
  rows: number;
  files: ObjectPointer[];
}

/** Rows of a plan that are logged, all of them or by what became of them. */
export interface Loggable {
  change: Change;
  operation?: OperationKind | undefined;
  rows: number;
  /** Parquet with `ord` 0, 1, 2, …, fingerprints, values and old values. */
  files: readonly string[];
  /** Where the same bytes rest in the bucket already, one for one. */
  inBucket?: readonly ObjectPointer[] | undefined;
  /** All of them alike, or what is known of each. Absent: no run came to them. */
  ended?: LoggedOutcome | Outcomes | undefined;
}

export interface LogContext {
  request: { workspaceId: string; syncId: string; syncName: string };
  runId: string;
  epoch: string;
  startedAt: Date;
  shape: Shape;
  owed: boolean;
  paths: SyncPaths;
  duck: Duck;
  tools: Pick<SyncTools, 'store' | 'workDir' | 'lease'>;
}

const logged: readonly LoggedOutcome[] = ['sent', 'rejected', 'skipped', 'uncertain'];

/** How each ending is told. Of rows that no run came to, nothing is. */
const loggedAs: Readonly<Record<Ending, LoggedOutcome | undefined>> = {
  untold: undefined,
  open: 'uncertain',
  accepted: 'sent',
  skipped: 'skipped',
  unknown: 'uncertain',
  left_out: 'skipped',
  rejected: 'rejected',
};

interface Ended {
  outcome: LoggedOutcome;
  rows: number;
  has: (row: number) => boolean;
}

/** The rows of a part by how they ended. */
export function endsOf({ ended, rows }: Pick<Loggable, 'ended' | 'rows'>): Ended[] {
  if (ended === undefined) return [];
  if (!(ended instanceof Outcomes)) return [{ outcome: ended, rows, has: () => true }];
  const counts = Object.entries(ended.counts()) as [Ending, number][];
  return logged
    .map((outcome) => ({
      outcome,
      rows: counts.reduce((sum, [ending, n]) => sum + (loggedAs[ending] === outcome ? n : 0), 0),
      has: (row: number) => loggedAs[ended.endingOf(row)] === outcome,
    }))
    .filter((end) => end.rows > 0);
}

/**
 * Logs what became of the rows of one attempt. What keeps it from that is returned: the log must not cost the record of
 * what was acknowledged.
 */
export async function logChanges(
  parts: readonly Loggable[],
  context: LogContext,
): Promise<Failure | undefined> {
  if (parts.every((part) => endsOf(part).length === 0)) return undefined;
  try {
    await write(parts, context);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}

async function write(parts: readonly Loggable[], context: LogContext): Promise<void> {
  const { tools, runId, epoch, paths } = context;
  tools.lease.assertTrusted();
  const endings = parts.flatMap((part) => endsOf(part).map((ended) => ({ part, ...ended })));
  const files = await Promise.all(
    endings.map(async ({ part, outcome, rows, has }, number): Promise<LoggedFile> => {
      const { change, operation } = part;
      const folder = folderOf(context, part, outcome);
      const keyOf = (n: number): string => `${folder}part-${epoch}-${number}-${n}.parquet`;
      const written = await logFiles(part, { ...context, keyOf, rows, has });
      crashPoint('changelog.part');
      return { change, ...(operation && { operation }), outcome, rows, files: written };
    }),
  );
  tools.lease.assertTrusted();
  const body = Buffer.from(JSON.stringify(logOf(files, context)));
  await tools.store.put(`${paths.changelog(runId)}_log-${epoch}.json`, body);
}

function folderOf(
  { paths, runId, startedAt }: LogContext,
  { change, operation }: Loggable,
  outcome: LoggedOutcome,
): string {
  const at = `at=${basicTime(startedAt)}`;
  return `${paths.changelog(runId)}${at}/change=${change}/operation=${operation ?? 'none'}/outcome=${outcome}/`;
}

function logOf(files: LoggedFile[], context: LogContext): RunLog {
  const { request, runId, epoch, startedAt, shape, owed } = context;
  return {
    format: 1,
    workspaceId: request.workspaceId,
    syncId: request.syncId,
    syncName: request.syncName,
    runId,
    epoch,
    startedAt: startedAt.toISOString(),
    lineage: lineageOf(shape.seed),
    columns: [...shape.columns],
    keyColumns: shape.keyColumns,
    target: shape.target,
    ...(shape.mapping === undefined ? {} : { mapping: shape.mapping }),
    ...(shape.mac === undefined ? {} : { mac: shape.mac }),
    owed,
    files,
  };
}

export function lineageOf(seed: bigint): string {
  return createHash('sha256').update(`lineage ${seed}`).digest('hex').slice(0, 16);
}
