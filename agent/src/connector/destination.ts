import type { Advice } from './advice.js';
import type { Fields, SecretsOf, SettingsOf } from './field.js';
import type { Failure } from '../failure.js';
import type { HostPort } from './journey.js';
import type { List } from './listing.js';
import type { ValueType } from './value.js';

export type Mode = 'upsert' | 'update' | 'create' | 'mirror' | 'append' | 'replace';
export type RemovalAction = 'nothing' | 'delete' | 'archive' | 'clear' | 'set';

/** What a destination is told to do with a batch; all rows of a batch get the same. */
export type OperationKind =
  'upsert' | 'update' | 'create' | 'append' | 'delete' | 'archive' | 'clear' | 'set';

/** A field of the destination's record, and how its values arrive. */
export interface TargetField {
  name: string;
  type: ValueType;
  /** `omit`: a NULL leaves the field as it is (or at its default in a new record). */
  nulls: 'send' | 'omit';
}

/** What a run wants to write, told once before the first batch. */
export interface TargetRequest {
  object: string;
  mode: Mode;
  removal: RemovalAction;
  /** The destination's key; a composite key has several. Empty where the object needs none. */
  key: readonly TargetField[];
  fields: readonly TargetField[];
  /** For `set`: the fields it writes and their constants, as canonical text of the type, or null. */
  set: readonly { name: string; type: ValueType; text: string | null }[];
  /** The object's options, validated against its fields. */
  options: Readonly<Record<string, unknown>>;
  tag: { workspaceId: string; syncId: string; runId: string };
  /** For names of what is written: what people call the sync, and which attempt this is. Whatever the engine opens has it. */
  naming?: { syncName: string; startedAt: Date; attempt: string };
  lastCheck: LastCheck;
  /** No values are kept: of a removed row only the primary key is known, and of a changed one not what it was. */
  forgets?: boolean;
}

/**
 * Throws when the right to write is over. To be called in the very step that hands the network what makes a write count
 * (a commit, the end of a COPY, a request), with nothing awaited in between: a process that was frozen before it sends
 * nothing when it wakes. What the network has by then, it delivers.
 */
export type LastCheck = () => void;

/** A record for destinations that work on values: booleans, exact numbers (`JSON.rawJSON`), texts, parsed JSON, null. */
export type JsonRecord = Record<string, unknown>;

/** Operations of one kind, in order. The same rows as bytes or as records; a connector uses what suits it. */
export interface Batch {
  readonly kind: OperationKind;
  readonly size: number;
  /** Why the rows are here; for templates and headers. */
  readonly change: 'added' | 'changed' | 'removed';
  /** Lines as `value.ts` defines them: key fields, then fields, in the request's order. */
  readonly lines: Uint8Array;
  /**
   * The same rows as records, made when asked for; `omit`ted NULLs are left out. `former`: what a changed row's fields
   * were when the destination last took them; there for a target that `wantsFormer`.
   */
  records(): { key: JsonRecord; fields: JsonRecord; former?: JsonRecord }[];
  /** Names the batch for ever: the same rows of the same attempt at a run always get the same one. */
  readonly idempotencyKey: string;
  /** Names row `n` of the batch for ever, in whatever batch of the attempt it is. At most 100 characters of ASCII. */
  nameOf(n: number): string;
}

/**
 * What became of one operation. `skipped`: the mode says that there is nothing to do (no record to update, record
 * already there). `unknown`: sent, and no answer; only where it can't be found out. `rejected` by a REJECTED failure:
 * refused. By a TRANSIENT one: put off, and sent again by itself as a batch that fails so would be.
 */
export type Outcome =
  | { kind: 'accepted' }
  | { kind: 'skipped' }
  | { kind: 'rejected'; failure: Failure }
  | { kind: 'unknown'; failure: Failure };

/** How many operations of a plan there are to be sent. */
export type PlannedRows = Readonly<Record<Batch['change'], number>>;

/** What every object that is open for writing during one run has, however it takes its rows. */
interface Opened {
  /** True when sending an operation twice has the effect of sending it once. */
  isRepeatable(kind: OperationKind, change: Batch['change']): boolean;
  /**
   * Told once, when the plan is judged and before the first operation: how many there are. Resolves with what takes them,
   * itself unless so many go another way. That one has no `begin`, and is closed by the `close` of this one.
   */
  begin?(planned: PlannedRows, signal: AbortSignal): Promise<AnyTarget>;
  /**
   * Puts what was taken in its place, at once, for every reader; until then nothing of it shows. Called once, after every
   * row of the plan was accepted; again only when it threw TRANSIENT and changed nothing. What is not finished is
   * dropped by `close`. Where it is not there, what is taken counts at once.
   */
  finish?(signal: AbortSignal): Promise<void>;
  /**
   * Whether an attempt had put in its place what it took, when the agent was killed before it could note that. Asked of
   * an object that is opened in the name of that attempt. Where it is not there, nobody knows.
   */
  wasFinished?(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** An object that takes its rows in batches, and answers for each row. */
export interface Target extends Opened {
  /** Largest batch it wants. The engine never hands it more. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Batches in flight at once, before the connection's own limits. */
  readonly concurrency: number;
  /** Changed rows come with what their fields were. */
  readonly wantsFormer?: boolean;
  /**
   * Writes a batch. Returns one outcome for each row, in order. Throws a Failure when nothing of the batch was
   * taken: TRANSIENT is tried again, REJECTED is bisected until the bad row stands alone, CONFIG stops the run.
   * `destination.no_answer`, `destination.failed_midway` (TRANSIENT) and `destination.bad_answer` (CONFIG) mean that the
   * batch may have been taken all the same; so does anything thrown after the signal was aborted.
   * Never retries, sleeps, or reads the clock: that is the engine's trade.
   */
  deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]>;
  /**
   * Looks up what became of a batch of operations that are not repeatable, whose answer was lost or never waited for; in
   * the same run or, after the agent was killed, in the next. One outcome for each row: `unknown` where it can't be found
   * out, undefined where nothing was taken, so that it may be sent. It was not sent before `since`, by the agent's clock.
   * Throws as `deliver` does.
   */
  recall?(batch: Batch, signal: AbortSignal, since: Date): Promise<(Outcome | undefined)[]>;
}

/** How a file of operations is written. Columns have the fields' names; the key's come first, each once. */
export interface FileFormat {
  kind: 'csv' | 'ndjson' | 'parquet';
  /** CSV: RFC 4180 with a line of names, LF, quotes where they are needed. `,` unless given. */
  delimiter?: string;
  /** CSV: the text that stands for NULL; the empty text is `""` then. Nothing at all unless given. */
  nullText?: string;
  compression: 'none' | 'gzip' | 'zstd';
  /** A further column, the first one: `added`, `changed` or `removed`. */
  operationColumn?: string;
}

/**
 * Operations of one kind, in order, in a file. Values: in CSV `true` and `false`, ISO 8601 dates and times (`…T…Z` where
 * there is a zone), numbers in all their digits, bytes as Base64, all else as text; in NDJSON the same, typed as JSON; in
 * Parquet as the type has it.
 */
export interface Load {
  readonly kind: OperationKind;
  readonly change: Batch['change'];
  readonly size: number;
  /** Of the file's columns, those of the key. All of them where the sync has no key. */
  readonly keyColumns: readonly string[];
  readonly columns: readonly string[];
  /** On this machine; the engine's, as is everything else in `folder`, where results may be put. */
  readonly path: string;
  readonly bytes: number;
  readonly folder: string;
  /** Names the load for ever: the same rows of the same attempt at a run always get the same one. */
  readonly idempotencyKey: string;
  /** Numbers the loads of an attempt of one change, from 0. */
  readonly number: number;
}

/** How far a job is. `empty`: nothing was ever submitted, or all of it was dropped. `gone`: nobody knows it any more. */
export type JobState =
  { kind: 'empty' } | { kind: 'working'; done: number } | { kind: 'over' } | { kind: 'gone' };

/** CSV with a line of names, on this machine: rows of a load with the texts that were sent, in any order, and more columns. */
export interface ResultFile {
  path: string;
  /** `untouched`: nothing was tried; they are sent again in this run, as those are whose reason means a TRANSIENT failure:
   * when all other jobs of the change are over, one job after the other. `rejected` ones have their reason in `reason`. */
  kind: 'accepted' | 'rejected' | 'untouched';
  /** The column that holds the vendor's own words. */
  reason?: string;
}

/**
 * An object that takes its rows in files, by jobs of its own that may take hours and outlive the agent. A job is made
 * empty, its name is noted in the bucket, and only then it is submitted: after a crash every job is found again, and what
 * was never submitted has done nothing. Never retries, sleeps, or reads the clock. Failures as those of `Target.deliver`.
 */
export interface BulkTarget extends Opened {
  readonly format: FileFormat;
  /** Takes what `takes` says no to. Closed by the `close` of this one. */
  readonly batches?: Target;
  /** Whether operations go into files; all do unless given. */
  takes?(kind: OperationKind, change: Batch['change']): boolean;
  /** Largest load it wants, in rows and in bytes of the file. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Jobs at once, before the connection's own limits. */
  readonly concurrency: number;
  /** Makes a job that does nothing yet. Resolves with its name: at most 1,000 characters of ASCII, no secret. */
  create(load: Load, signal: AbortSignal): Promise<string>;
  /** Hands the file over and sets the job going. After a failure that may have arrived the job is looked at first. */
  submit(job: string, load: Load, signal: AbortSignal): Promise<void>;
  look(job: string, signal: AbortSignal): Promise<JobState>;
  /** Of a job that is over; `accepted`: every row. Rows that are in no file are `unknown`. */
  results(
    job: string,
    load: Load,
    signal: AbortSignal,
  ): Promise<'accepted' | readonly ResultFile[]>;
  /** What a reason in a result file means for the row: mostly rejected, by a failure that has a code. */
  outcomeOf(reason: string, load: Pick<Load, 'kind' | 'change'>): Outcome;
  /** Ends a job that was not waited for. What it did until then stays, and is told by its results when it is over. */
  abort(job: string, signal: AbortSignal): Promise<void>;
}

/** Which records of another object of the destination a sync's rows refer to. */
export interface FinderRequest {
  object: string;
  /** The fields that find a record, with the types of the columns that they are compared with. */
  match: readonly TargetField[];
  /** The field whose value is wanted. */
  returns: string;
  /** Records that are missing will be asked for. */
  creates: boolean;
  /** The options of the sync's own object, validated against its fields. */
  options: Readonly<Record<string, unknown>>;
  tag: TargetRequest['tag'];
  lastCheck: LastCheck;
}

/** What records are asked for by: one line each, none of its fields NULL, no two lines the same. */
export interface MatchBatch {
  readonly size: number;
  /** Lines as `value.ts` defines them, in the order of `match`. */
  readonly lines: Uint8Array;
  /** The same as records, made when asked for. */
  records(): JsonRecord[];
}

/** What is there for one line. `found`: exactly one record; `text` is canonical, null is NULL. */
export type Found =
  | { kind: 'found'; text: string | null }
  | { kind: 'missing' }
  | { kind: 'many' }
  | { kind: 'rejected'; failure: Failure };

/** An object that is open for looking things up during one run. */
export interface Finder {
  /** Of the values that it returns. */
  readonly type: ValueType;
  /** Largest batch it wants, and how many at once, before the connection's own limits. */
  readonly maxRows: number;
  readonly maxBytes: number;
  readonly concurrency: number;
  /** The same for making records; `maxRows` unless given. */
  readonly maxMade?: number;
  /** True when making a record twice leaves one. */
  readonly isRepeatable: boolean;
  /** One answer for each line, in order. Throws as `Target.deliver` does. */
  find(batch: MatchBatch, signal: AbortSignal): Promise<Found[]>;
  /** Makes the records with the matched fields alone, unless they are there by now; answers as `find` does. */
  create(batch: MatchBatch, signal: AbortSignal): Promise<Found[]>;
  close(): Promise<void>;
}

export interface DestinationConnection {
  check(signal: AbortSignal): Promise<void>;
  /** Looks at the object once: that it is there, that key and fields exist, that the mode can be done. CONFIG otherwise. */
  open(request: TargetRequest, signal: AbortSignal): Promise<AnyTarget>;
  /** Absent where related records can't be looked up. CONFIG when object or fields are not there. */
  openFinder?(request: FinderRequest, signal: AbortSignal): Promise<Finder>;
  list?: List;
  close(): Promise<void>;
}

/** A kind of thing that a destination writes: a table, an object, a channel. */
export interface ObjectDefinition {
  /** `*` when the name is the customer's own. */
  name: string;
  label: string;
  modes: readonly Mode[];
  removals: readonly RemovalAction[];
  firstRun: 'send' | 'baseline';
  needsKey: boolean;
  options: Fields;
  /** Which changes `append` sends, by the object's options: a feed tells of others than added rows, too. Those alone unless given. */
  appends?(options: Readonly<Record<string, unknown>>): readonly Batch['change'][];
  /** What else the options write to or look into, named as an object is. */
  alsoIn?(options: Readonly<Record<string, unknown>>): readonly string[];
}

export interface DestinationDefinition<S extends Fields = Fields, K extends Fields = Fields> {
  name: string;
  label: string;
  /** The package that speaks to the vendor, one of the agent's dependencies. Absent: the agent does so itself. */
  client?: string;
  settings: S;
  secrets: K;
  /**
   * The settings that say where it is. With another value of one of them nothing is known of the place any more: the
   * sync stops until somebody says whether everything is sent there or is there already.
   */
  place: readonly (keyof S & string)[];
  objects: readonly ObjectDefinition[];
  /** What `openFinder` can do: only find records, or make those that are missing as well. Absent: nothing. */
  lookups?: 'find' | 'create';
  advice?: readonly Advice[];
  /** Requests a second and concurrency when the configuration sets none; 0 is no limit. */
  limits: { requestsPerSecond: number; concurrency: number };
  /** Every host that the settings name. Absent: it opens no connection. */
  hosts?(settings: SettingsOf<S>): readonly HostPort[];
  /** It speaks no HTTP, so no forward proxy is on its way. */
  pastProxy?: true;
  open(connection: { settings: SettingsOf<S>; secrets: SecretsOf<K> }): DestinationConnection;
}

export function defineDestination<S extends Fields, K extends Fields>(
  definition: DestinationDefinition<S, K>,
): DestinationDefinition<S, K> {
  return definition;
}

export type AnyTarget = Target | BulkTarget;

export function isBulk(target: AnyTarget): target is BulkTarget {
  return 'submit' in target;
}
