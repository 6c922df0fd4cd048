import type { Batch, Mode, RemovalAction } from '../connector/destination.js';

/** What to run, in the engine's own words; `job/sync-request.ts` makes it from the wire's SyncSpec. */
export interface SyncRequest {
  workspaceId: string;
  syncId: string;
  syncName: string;
  runId: string;
  version: bigint;
  model: {
    name: string;
    query: { sql: string } | { table: string };
    primaryKey: readonly string[];
    /** Absent: no copy is sent. */
    duplicates?: Duplicates;
  };
  destinationName: string;
  /** Digest of where the destination's settings lead; see `placeOf` in `job/place.ts`. */
  place?: string;
  object: string;
  mode: Mode;
  onRemoved: { action: RemovalAction; set: readonly FieldMapping[] };
  /** What the object can do with records, whether the sync asks for it or not. */
  removals?: readonly RemovalAction[];
  /** Changes that `append` sends; absent: added rows. */
  appends?: readonly Batch['change'][];
  key: readonly { field: string; column: string }[];
  fields: readonly FieldMapping[];
  firstRun: 'send' | 'baseline';
  guards: {
    added?: Guard;
    changed?: Guard;
    removed?: Guard;
    emptyResult: 'stop' | 'allow';
  };
  uncertain: 'hold' | 'resend';
  /** `hashed`: no value that was sent rests in the bucket, only keys and keyed digests. */
  snapshots: 'full' | 'hashed';
  /** Runs in which a row may be rejected before it is set aside; 0: it is tried in every run. */
  quarantineAfter: number;
  /** What becomes of unchanged rows when the mapping is another one than they were sent with. */
  mappingChange: 'backfill' | 'from-now-on' | 'stop';
  options: Readonly<Record<string, unknown>>;
  /** What the agent lets no run go beyond, whoever asks or approves; absent: nothing. */
  ceiling?: Ceiling;
  run: RunOptions;
}

export interface Ceiling {
  /** Operations of a plan. */
  rows?: number;
  /** Removals of a plan, of the rows of the baseline: 0 to 100. */
  removedPercent?: number;
}

/** A key that came more than once: no copy is sent; the first by `orderBy` is; or the run stops. */
export type Duplicates =
  { keep: 'none' } | { keep: 'first'; orderBy: readonly OrderColumn[] } | { keep: 'fail' };

export interface OrderColumn {
  column: string;
  descending: boolean;
}

export interface RunOptions {
  dryRun: boolean;
  full: boolean;
  rebaseline: boolean;
  verify: boolean;
  /** Sends so many operations and leaves the rest pending. */
  canary?: number;
  /** Sends only rows that an earlier run was refused. */
  onlyRejected?: boolean;
  /** Takes back what that run sent. */
  undo?: string;
  /** Takes columns whose type changed as they are now: re-encodes the baseline and sends nothing for it. */
  acceptTypes?: boolean;
  /** Digest of the plan that somebody has approved: what goes beyond it waits again. */
  approvedPlan?: string;
  /** Digest of the plan that a dry run made: another one waits for approval. */
  expectedPlan?: string;
  /** Overrides `mappingChange` of the sync. */
  mappingChange?: 'backfill' | 'from-now-on';
}

export type Constant = { text: string } | { number: string } | { flag: boolean } | { null: true };

export type FieldValue =
  | { kind: 'column'; column: string }
  | { kind: 'constant'; constant: Constant }
  | { kind: 'metadata'; metadata: 'run_id' | 'run_started_at' | 'sync_name' | 'operation' }
  | { kind: 'template'; template: string }
  | { kind: 'lookup'; lookup: Lookup };

/** A value of the one record of another object whose fields are as some columns of the row. */
export interface Lookup {
  object: string;
  match: readonly { field: string; column: string }[];
  /** The field whose value is taken. */
  returns: string;
  /** No record is found: the row is rejected, gets NULL, is left out, or the record is made of the matched fields. */
  onMiss: 'reject' | 'null' | 'skip' | 'create';
  /** More than one is found. */
  onMany: 'reject';
}

export interface FieldMapping {
  field: string;
  value: FieldValue;
  nulls: 'send' | 'omit' | 'skip-row' | 'default';
  default?: Constant;
}

/** Trips when the count is over `rows` and over `percent` of the baseline; with a `percent` never while that is empty. */
export interface Guard {
  rows: number;
  percent: number;
  action: 'stop' | 'withhold' | 'approve';
}

/** The right to act, for a while. Asked before every side effect, on a clock that can't jump. */
export interface Lease {
  readonly epoch: bigint;
  /** Throws CANCELLED `lease.lost` when the trust window has passed or the lease was taken away. */
  assertTrusted(): void;
}

export type Phase = 'query' | 'snapshot' | 'diff' | 'plan' | 'deliver' | 'record';

/** queried = unchanged + added + changed + invalid; added + changed + removed = the sum of the last six. */
export interface Counts {
  queried: number;
  unchanged: number;
  added: number;
  changed: number;
  removed: number;
  invalid: number;
  sent: number;
  skipped: number;
  rejected: number;
  withheld: number;
  pending: number;
  uncertain: number;
}

export interface Progress {
  phase: Phase;
  counts: Counts;
  /** With what has passed of the phase that it is in. */
  phasesMs: Readonly<Record<Phase, number>>;
  /** Operations that the run will send; 0 until planned. */
  planned: number;
  /** Over the last seconds: rows of the query or, while the run sends, operations that ended. */
  rowsPerSecond: number;
  /** At that rate, while the run sends. */
  remainingMs?: number;
}

/** Rows that failed alike. The texts rest in the bucket under `errorId`. */
export interface ErrorTally {
  failure: {
    kind: 'TRANSIENT' | 'REJECTED' | 'CONFIG' | 'CANCELLED' | 'INTERNAL';
    code: string;
    vendorCode: string;
  };
  errorId: string;
  count: number;
}

export interface SyncReport {
  outcome: 'succeeded' | 'completed_with_errors' | 'waiting_approval' | 'failed' | 'cancelled';
  counts: Counts;
  /** SHA-256 that names the plan, in hex: of a dry run, and of a plan that waits for approval. */
  planDigest?: string;
  phasesMs: Readonly<Record<Phase, number>>;
  errors: readonly ErrorTally[];
  baseline?: { generation: bigint; key: string; sha256: string; rows: number; bytes: number };
  /** Why it failed or stopped, with the errorId of its text. */
  failure?: ErrorTally;
  /** Where every row was compared: rows that had changed and whose fingerprints had not. They count as changed. */
  missed?: number;
  /** Operations that a cut-off run had sent, by its journal; this run did not send them again. */
  resumed: number;
  /** How long the far side asked to be left alone, in milliseconds, when that ended the run. */
  retryAfterMs?: number;
  /** Of `changed`: rows that are the same and were sent with another mapping. */
  resentForMapping: number;
  peakBytes: number;
  bucketBytes: number;
}
