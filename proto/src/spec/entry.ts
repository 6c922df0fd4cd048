import type { AlertEntry } from './alert.js';
import type { IntervalEntry } from './interval.js';

/**
 * The configuration in the form that is kept: plain JSON, every default filled in, one entry an item.
 * The control plane stores entries, the YAML is read into them and written from them, and a run's
 * wire message is compiled from them. Lists where order matters, since JSON in Postgres forgets the
 * order of keys. Words that came later are absent where they say the default: an entry that was stored before them is
 * the same entry.
 */

export const modes = ['upsert', 'update', 'create', 'mirror', 'append', 'replace'] as const;
export type ModeName = (typeof modes)[number];

export const removals = ['nothing', 'delete', 'archive', 'clear', 'set'] as const;
export type RemovalName = (typeof removals)[number];

export const nullHandlings = ['send', 'omit', 'skip-row', 'default'] as const;
export type NullHandlingName = (typeof nullHandlings)[number];

export const metadataNames = ['run_id', 'run_started_at', 'sync_name', 'operation'] as const;
export type MetadataName = (typeof metadataNames)[number];

export const guardActions = ['stop', 'withhold', 'approve'] as const;
export type GuardActionName = (typeof guardActions)[number];

export const duplicateWords = ['invalid', 'first', 'fail'] as const;

export const lookupMisses = ['reject', 'null', 'skip', 'create'] as const;
export type LookupMissName = (typeof lookupMisses)[number];

export type SettingValue = string | number | boolean | readonly string[] | Settings;
export interface Settings {
  readonly [name: string]: SettingValue;
}

export interface SourceEntry {
  /** A connector type of the catalog. */
  type: string;
  pool: string;
  settings: Settings;
  /** Name to reference (`env:NAME`, `file:/path`, …); a secret's value has no place. */
  secrets: Readonly<Record<string, string>>;
}

export interface LimitsEntry {
  /** 0 means the connector's own default. */
  requestsPerSecond: number;
  concurrency: number;
}

export interface DestinationEntry extends SourceEntry {
  limits: LimitsEntry;
}

export interface ModelEntry {
  source: string;
  query: { sql: string } | { table: string };
  primaryKey: readonly string[];
  /** Absent: a key that comes more than once is invalid, and no copy is sent. */
  duplicates?: DuplicatesEntry;
}

/** The first copy is sent, or the run stops. */
export type DuplicatesEntry = { keep: 'first'; orderBy: readonly OrderEntry[] } | { keep: 'fail' };

export interface OrderEntry {
  column: string;
  descending: boolean;
}

/** Exact: a number is the text that stood in the YAML. */
export type ConstantEntry =
  { text: string } | { number: string } | { flag: boolean } | { null: true };

export type FieldValueEntry =
  | { kind: 'column'; column: string }
  | { kind: 'constant'; constant: ConstantEntry }
  | { kind: 'metadata'; metadata: MetadataName }
  | { kind: 'template'; template: string }
  | { kind: 'lookup'; lookup: LookupEntry };

/** The value of a field of the one record of another object whose fields equal some columns. */
export interface LookupEntry {
  object: string;
  /** At least one; their order means nothing. */
  match: readonly KeyEntry[];
  returns: string;
  /** `create`: the record is made of the matched fields. */
  onMiss: LookupMissName;
  onMany: 'reject';
}

export interface FieldEntry {
  field: string;
  value: FieldValueEntry;
  nulls: NullHandlingName;
  /** What a NULL becomes when `nulls` is `default`. */
  default?: ConstantEntry;
}

export interface KeyEntry {
  field: string;
  column: string;
}

export interface OnRemovedEntry {
  action: RemovalName;
  /** For `set`; empty otherwise. */
  set: readonly { field: string; constant: ConstantEntry }[];
}

/** Several lines of cron: a slot of any of them, at once is one. */
export type ScheduleEntry = CronEntry | EveryEntry | AfterEntry | { kind: 'manual' };

export const priorities = ['high', 'normal', 'low'] as const;
export interface CronEntry extends WindowsEntry {
  kind: 'cron';
  cron: string | readonly string[];
  timezone: string;
  jitter?: IntervalEntry;
}

export interface EveryEntry extends WindowsEntry {
  kind: 'every';
  everyMs: number;
  text: string;
  /** Of its windows. Absent: UTC. */
  timezone?: string;
  jitter?: IntervalEntry;
}

/** When a sync may start: in any of `within`, where there are some, and in none of `except`. Read by `windowOf`. */
export interface WindowsEntry {
  within?: readonly string[];
  except?: readonly string[];
}

/** Starts when a run of another sync has ended. */
export interface AfterEntry {
  kind: 'after';
  /** The name of the other sync. */
  after: string;
  /** Absent: one that succeeded. */
  when?: Exclude<FollowedEnd, 'success'>;
}

/** `maxRejected`: percent of what the run came to, 0 to 100. */
export type FollowedEnd = 'success' | 'always' | { maxRejected: number };

export const overlaps = ['skip', 'queue'] as const;
export const catchUps = ['skip', 'one', 'all'] as const;

/** Trips when a count is over `rows` and over `percent` of the baseline. */
export interface GuardEntry {
  rows: number;
  percent: number;
  action: GuardActionName;
}

/** A guard that is absent doesn't judge. */
export interface GuardsEntry {
  added?: GuardEntry;
  changed?: GuardEntry;
  removed?: GuardEntry;
  emptyResult: 'stop' | 'allow';
}

export interface SyncEntry {
  model: string;
  destination: string;
  object: string;
  mode: ModeName;
  onRemoved: OnRemovedEntry;
  /** In the order of the YAML; empty where the destination's object needs none. */
  key: readonly KeyEntry[];
  fields: readonly FieldEntry[];
  /** Absent: as the destination's object does by itself. */
  firstRun?: 'send' | 'baseline';
  schedule: ScheduleEntry;
  guards: GuardsEntry;
  /** What happens to an operation that can't be repeated safely and got no answer. */
  uncertain: 'hold' | 'resend';
  options: Settings;
  /** Absent: values rest in the bucket. */
  snapshots?: 'hashed';
  /** Runs in which a row may be rejected before it is set aside, 1 to 1000. Absent: it is tried in every run. */
  quarantineAfter?: number;
  /** What becomes of unchanged rows when the mapping changes. Absent: they are sent again (`backfill`). */
  mappingChange?: 'from-now-on' | 'stop';
  /** Which jobs of its pool it goes before. Absent: as most (`normal`). */
  priority?: 'high' | 'low';
  /** What becomes of a slot that comes while a run is live. Absent: it passes (`skip`). */
  overlap?: 'queue';
  /** What becomes of slots that nobody could start in time. Absent: one run stands for all of them (`one`). */
  catchUp?: 'skip' | 'all';
  /** How late a slot may start. Absent: a quarter of an hour. */
  startWithin?: IntervalEntry;
}

/** A whole configuration, by name. */
export interface Specification {
  sources: Readonly<Record<string, SourceEntry>>;
  destinations: Readonly<Record<string, DestinationEntry>>;
  models: Readonly<Record<string, ModelEntry>>;
  syncs: Readonly<Record<string, SyncEntry>>;
  alerts: Readonly<Record<string, AlertEntry>>;
}

export const sections = ['sources', 'destinations', 'models', 'syncs', 'alerts'] as const;
export type Section = (typeof sections)[number];

export interface Named<Entry> {
  name: string;
  entry: Entry;
}

/** The rows of a database, put together. */
export function specificationOf(entries: {
  [S in Section]: readonly Named<Specification[S][string]>[];
}): Specification {
  return {
    sources: byName(entries.sources),
    destinations: byName(entries.destinations),
    models: byName(entries.models),
    syncs: byName(entries.syncs),
    alerts: byName(entries.alerts),
  };
}

function byName<Entry>(items: readonly Named<Entry>[]): Record<string, Entry> {
  return Object.fromEntries(items.map(({ name, entry }) => [name, entry]));
}

/** An item by name; a plain index would find `constructor` in every record. */
export function entryOf<Entry>(
  record: Readonly<Record<string, Entry>>,
  name: string,
): Entry | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
