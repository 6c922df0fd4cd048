import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  Duplicates,
  EmptyResult,
  FirstRun,
  GuardAction,
  MappingChange,
  Mode,
  RemovalAction,
  Snapshots,
  SyncSpecSchema,
  Uncertain,
  type ConnectionSchema,
  type GuardSchema,
  type ModelSchema,
  type OnRemovedSchema,
  type SettingSchema,
  type SyncSpec,
} from '../gen/drawbridge/v1/sync_pb.js';
import { fieldOf } from './compile-mapping.js';
import {
  entryOf,
  type DestinationEntry,
  type DuplicatesEntry,
  type GuardEntry,
  type GuardActionName,
  type ModelEntry,
  type ModeName,
  type OnRemovedEntry,
  type RemovalName,
  type Settings,
  type SettingValue,
  type SourceEntry,
  type Specification,
  type SyncEntry,
} from './entry.js';
import { sortedBy } from './order.js';

export interface SyncIds {
  workspaceId: string;
  syncId: string;
  version: bigint | number;
}

/**
 * Everything an agent needs to run one sync. Throws a RangeError for a name that the specification
 * doesn't have: `parseSpecification` has made sure of them.
 */
export function compileSync(
  specification: Specification,
  syncName: string,
  { workspaceId, syncId, version }: SyncIds,
): SyncSpec {
  const sync = found(specification.syncs, syncName);
  const model = found(specification.models, sync.model);
  const destination = found(specification.destinations, sync.destination);
  const { added, changed, removed, emptyResult } = sync.guards;
  return create(SyncSpecSchema, {
    workspaceId,
    syncId,
    name: syncName,
    version: BigInt(version),
    source: connectionOf(model.source, found(specification.sources, model.source)),
    model: modelOf(sync.model, model),
    destination: connectionOf(sync.destination, destination),
    object: sync.object,
    mode: wireModes[sync.mode],
    onRemoved: onRemovedOf(sync.onRemoved),
    key: sync.key.map(({ field, column }) => ({ field, column })),
    fields: sortedBy(sync.fields, ({ field }) => field).map(fieldOf),
    firstRun: sync.firstRun ? wireFirstRuns[sync.firstRun] : FirstRun.UNSPECIFIED,
    guards: {
      ...(added && { added: guardOf(added) }),
      ...(changed && { changed: guardOf(changed) }),
      ...(removed && { removed: guardOf(removed) }),
      emptyResult: emptyResult === 'stop' ? EmptyResult.STOP : EmptyResult.ALLOW,
    },
    uncertain: sync.uncertain === 'hold' ? Uncertain.HOLD : Uncertain.RESEND,
    options: settingsOf(sync.options),
    ...laterWordsOf(sync),
  });
}

/** What is not said has the default, and is left out of the canonical form as well. */
function laterWordsOf({ snapshots, quarantineAfter, mappingChange }: SyncEntry) {
  return {
    ...(snapshots && { snapshots: Snapshots.HASHED }),
    ...(quarantineAfter !== undefined && { quarantineAfter }),
    ...(mappingChange && { mappingChange: wireMappingChanges[mappingChange] }),
  };
}

function found<Entry>(record: Readonly<Record<string, Entry>>, name: string): Entry {
  const entry = entryOf(record, name);
  if (entry === undefined) throw new RangeError(`The specification has no "${name}".`);
  return entry;
}

/** A source or destination as the wire says it. */
export function connectionOf(
  name: string,
  entry: SourceEntry | DestinationEntry,
): MessageInitShape<typeof ConnectionSchema> {
  const secrets = Object.entries(entry.secrets).map(([secret, reference]) => ({
    name: secret,
    reference,
  }));
  return {
    name,
    type: entry.type,
    settings: settingsOf(entry.settings),
    secrets: sortedBy(secrets, (secret) => secret.name),
    ...('limits' in entry && { limits: entry.limits }),
  };
}

type SettingInit = MessageInitShape<typeof SettingSchema>;

function settingsOf(settings: Settings): SettingInit[] {
  const items = Object.entries(settings);
  return sortedBy(items, ([name]) => name).map(([name, value]) => ({
    name,
    value: valueOf(value),
  }));
}

function valueOf(value: SettingValue): NonNullable<SettingInit['value']> {
  switch (typeof value) {
    case 'string':
      return { case: 'text', value };
    case 'number':
      return { case: 'number', value };
    case 'boolean':
      return { case: 'flag', value };
    default:
      return isTextList(value)
        ? { case: 'list', value: { texts: [...value] } }
        : { case: 'group', value: { settings: settingsOf(value) } };
  }
}

/** `Array.isArray` doesn't narrow a readonly list. */
const isTextList = (value: readonly string[] | Settings): value is readonly string[] =>
  Array.isArray(value);

/** A source takes SQL without the closing semicolon that a person copies along. */
function modelOf(name: string, entry: ModelEntry): MessageInitShape<typeof ModelSchema> {
  const query =
    'sql' in entry.query
      ? ({ case: 'sql', value: entry.query.sql.replace(/[\s;]+$/, '') } as const)
      : ({ case: 'table', value: entry.query.table } as const);
  return { name, query, primaryKey: [...entry.primaryKey], ...duplicatesOf(entry.duplicates) };
}

function duplicatesOf(duplicates: DuplicatesEntry | undefined) {
  if (!duplicates) return {};
  if (duplicates.keep === 'fail') return { duplicates: Duplicates.FAIL };
  const orderBy = duplicates.orderBy.map(({ column, descending }) => ({ column, descending }));
  return { duplicates: Duplicates.FIRST, orderBy };
}

function onRemovedOf({ action, set }: OnRemovedEntry): MessageInitShape<typeof OnRemovedSchema> {
  return {
    action: wireRemovals[action],
    set: sortedBy(set, ({ field }) => field).map(({ field, constant }) =>
      fieldOf({ field, value: { kind: 'constant', constant }, nulls: 'send' }),
    ),
  };
}

const guardOf = ({ rows, percent, action }: GuardEntry): MessageInitShape<typeof GuardSchema> => ({
  rows: BigInt(rows),
  percent,
  action: wireGuardActions[action],
});

export const wireModes: Record<ModeName, Mode> = {
  upsert: Mode.UPSERT,
  update: Mode.UPDATE,
  create: Mode.CREATE,
  mirror: Mode.MIRROR,
  append: Mode.APPEND,
  replace: Mode.REPLACE,
};

export const wireRemovals: Record<RemovalName, RemovalAction> = {
  nothing: RemovalAction.NOTHING,
  delete: RemovalAction.DELETE,
  archive: RemovalAction.ARCHIVE,
  clear: RemovalAction.CLEAR,
  set: RemovalAction.SET,
};

const wireFirstRuns: Record<NonNullable<SyncEntry['firstRun']>, FirstRun> = {
  send: FirstRun.SEND,
  baseline: FirstRun.BASELINE,
};

const wireGuardActions: Record<GuardActionName, GuardAction> = {
  stop: GuardAction.STOP,
  withhold: GuardAction.WITHHOLD,
  approve: GuardAction.APPROVE,
};

const wireMappingChanges: Record<NonNullable<SyncEntry['mappingChange']>, MappingChange> = {
  'from-now-on': MappingChange.FROM_NOW_ON,
  stop: MappingChange.STOP,
};
