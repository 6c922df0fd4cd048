import type { Advice } from './advice.js';
import type { Fields, SecretsOf, SettingsOf } from './field.js';
import type { Failure } from '../failure.js';
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
  lastCheck: LastCheck;
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
  /** The same rows as records, made when asked for; `omit`ted NULLs are left out. */
  records(): { key: JsonRecord; fields: JsonRecord }[];
  /** Names the batch for ever: the same rows of the same attempt at a run always get the same one. */
  readonly idempotencyKey: string;
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

/** An object that is open for writing during one run. */
export interface Target {
  /** Largest batch it wants. The engine never hands it more. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** Batches in flight at once, before the connection's own limits. */
  readonly concurrency: number;
  /** True when sending an operation twice has the effect of sending it once. */
  isRepeatable(kind: OperationKind, change: Batch['change']): boolean;
  /**
   * Writes a batch. Returns one outcome for each row, in order. Throws a Failure when nothing of the batch was
   * taken: TRANSIENT is tried again, REJECTED is bisected until the bad row stands alone, CONFIG stops the run.
   * `destination.no_answer`, `destination.failed_midway` (TRANSIENT) and `destination.bad_answer` (CONFIG) mean that the
   * batch may have been taken all the same; so does anything thrown after the signal was aborted.
   * Never retries, sleeps, or reads the clock: that is the engine's trade.
   */
  deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]>;
  /**
   * For `replace`: puts what was taken in the place of all that was there, at once, for every reader; until then nothing
   * of it shows. Called once, after every row of the result was accepted; again only when it threw TRANSIENT and changed
   * nothing. What is not finished is dropped by `close`.
   */
  finish?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
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
  open(request: TargetRequest, signal: AbortSignal): Promise<Target>;
  /** Absent where related records can't be looked up. CONFIG when object or fields are not there. */
  openFinder?(request: FinderRequest, signal: AbortSignal): Promise<Finder>;
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
}

export interface DestinationDefinition<S extends Fields = Fields, K extends Fields = Fields> {
  name: string;
  label: string;
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
  open(connection: { settings: SettingsOf<S>; secrets: SecretsOf<K> }): DestinationConnection;
}

export function defineDestination<S extends Fields, K extends Fields>(
  definition: DestinationDefinition<S, K>,
): DestinationDefinition<S, K> {
  return definition;
}
