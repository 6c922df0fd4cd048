import fc from 'fast-check';
import { alertSeverities, alertVolumes, type AlertEntry } from '../spec/alert.js';
import {
  guardActions,
  lookupMisses,
  metadataNames,
  modes,
  type ConstantEntry,
  type DestinationEntry,
  type DuplicatesEntry,
  type FieldEntry,
  type GuardEntry,
  type KeyEntry,
  type LookupEntry,
  type ModelEntry,
  type OnRemovedEntry,
  type ScheduleEntry,
  type Settings,
  type SettingValue,
  type SourceEntry,
  type Specification,
  type SyncEntry,
} from '../spec/entry.js';

/** Any valid specification: what a person could have written, with texts that YAML finds hard. */

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/);

/** Texts that look like something else, and any other. */
const awkward = [
  '2',
  '1',
  'yes',
  'null',
  '~',
  '1.10',
  '0x1F',
  '- a',
  '# no',
  'a: b',
  '{}',
  "'",
  '"',
  ' x ',
  'ü\u2028\n',
  '*a',
  '<<',
];
const text = fc.oneof(fc.constantFrom(...awkward), fc.string({ unit: 'binary', maxLength: 20 }));
const filled = text.filter((value) => value.trim() !== '');
const fieldName = fc.oneof(filled, fc.constantFrom('__proto__', 'constructor', '3'));

/** Names that no secret would have. */
const settingName = fc.stringMatching(/^s[a-z]{0,6}$/).filter((value) => !/secret/.test(value));
const plainText = text.filter((value) => !value.includes('://'));

const settings: fc.Arbitrary<Settings> = fc
  .letrec<{ value: SettingValue; group: Settings }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      plainText,
      fc.boolean(),
      fc.integer(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((value) => (Object.is(value, -0) ? 0 : value))
        .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value)),
      fc.array(text, { maxLength: 3 }),
      tie('group'),
    ),
    group: fc.dictionary(settingName, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  }))
  .group.map(shallow);

/** At most as deep as the reader allows. */
function shallow(value: Settings, depth = 0): Settings {
  const kept = Object.entries(value).filter(([, item]) => depth < 3 || typeof item !== 'object');
  return Object.fromEntries(
    kept.map(([key, item]) => [key, isGroup(item) ? shallow(item, depth + 1) : item]),
  );
}
const isGroup = (value: SettingValue): value is Settings =>
  typeof value === 'object' && !Array.isArray(value);

const reference = fc.oneof(
  fc.stringMatching(/^env:[A-Z_]{1,9}$/),
  fc.stringMatching(/^file:\/[a-z]{1,5}\/[a-z ]{0,5}[a-z]$/),
);

const source: fc.Arbitrary<SourceEntry> = fc.record({
  type: fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/),
  pool: fc.constant('default'),
  settings,
  secrets: fc.dictionary(settingName, reference, { maxKeys: 2, noNullPrototype: true }),
});

const destination: fc.Arbitrary<DestinationEntry> = fc
  .tuple(
    source,
    fc.record({
      requestsPerSecond: fc.constantFrom(0, 0.5, 20),
      concurrency: fc.integer({ min: 0, max: 256 }),
    }),
  )
  .map(([entry, limits]) => ({ ...entry, limits }));

/** Columns whose names end like a direction are the hard ones. */
const orderColumn = fc.oneof(
  filled.map((column) => column.trim()),
  fc.constantFrom('desc', 'a desc', 'a  ASC', 'b\nasc', 'asc desc'),
);

const duplicates: fc.Arbitrary<DuplicatesEntry> = fc.oneof(
  fc.constant<DuplicatesEntry>({ keep: 'fail' }),
  fc
    .uniqueArray(fc.record({ column: orderColumn, descending: fc.boolean() }), {
      selector: ({ column }) => column,
      minLength: 1,
      maxLength: 3,
    })
    .map((orderBy) => ({ keep: 'first' as const, orderBy })),
);

const model = (sources: string[]): fc.Arbitrary<ModelEntry> =>
  fc.record(
    {
      source: fc.constantFrom(...sources),
      query: fc.oneof(fc.record({ sql: filled }), fc.record({ table: filled })),
      primaryKey: fc.uniqueArray(filled, { minLength: 1, maxLength: 3 }),
      duplicates,
    },
    { requiredKeys: ['source', 'query', 'primaryKey'] },
  );

const constant: fc.Arbitrary<ConstantEntry> = fc.oneof(
  fc.record({ text }),
  fc
    .stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?$/)
    .map((number) => ({ number })),
  fc.record({ flag: fc.boolean() }),
  fc.constant<ConstantEntry>({ null: true }),
);

const template = fc.constantFrom(
  '{{ plan | upcase }}',
  '{% if a %}\n  b\n{% endif %}',
  '',
  'plain: text',
);

const lookup: fc.Arbitrary<LookupEntry> = fc.record({
  object: filled,
  match: fc.uniqueArray(fc.record({ field: filled, column: filled }), {
    selector: ({ field }) => field,
    minLength: 1,
    maxLength: 3,
  }),
  returns: filled,
  onMiss: fc.constantFrom(...lookupMisses),
  onMany: fc.constant('reject'),
});

const handled = fc.oneof(
  fc.record({ nulls: fc.constantFrom('send' as const, 'omit', 'skip-row') }),
  fc.record({ nulls: fc.constant('default' as const), default: constant }),
);

const mapping: fc.Arbitrary<Omit<FieldEntry, 'field'>> = fc.oneof(
  fc
    .tuple(
      fc.oneof(
        filled.map((column) => ({ kind: 'column' as const, column })),
        lookup.map((related) => ({ kind: 'lookup' as const, lookup: related })),
      ),
      handled,
    )
    .map(([value, rest]) => ({ value, ...rest })),
  fc
    .oneof(
      template.map((liquid) => ({ kind: 'template' as const, template: liquid })),
      constant.map((value) => ({ kind: 'constant' as const, constant: value })),
      fc
        .constantFrom(...metadataNames)
        .map((metadata) => ({ kind: 'metadata' as const, metadata })),
    )
    .map((value) => ({ value, nulls: 'send' as const })),
);

const schedule: fc.Arbitrary<ScheduleEntry> = fc.oneof(
  fc.constant<ScheduleEntry>({ kind: 'manual' }),
  fc
    .tuple(
      fc.constantFrom('*/15 * * * *', '0 6 * * 1-5', ['0 6 * * *', '30 18 * * 5']),
      fc.constantFrom({}, { jitter: { ms: 300_000, text: '5m' } }),
    )
    .map(([cron, rest]) => ({ kind: 'cron' as const, cron, timezone: 'Europe/Berlin', ...rest })),
  fc
    .integer({ min: 1, max: 5000 })
    .map((minutes) => ({ kind: 'every' as const, everyMs: minutes * 60_000, text: `${minutes}m` })),
);

const guard: fc.Arbitrary<GuardEntry> = fc.record({
  rows: fc.nat(),
  percent: fc.constantFrom(0, 12.5, 100),
  action: fc.constantFrom(...guardActions),
});

const guards = fc.record(
  {
    added: guard,
    changed: guard,
    removed: guard,
    emptyResult: fc.constantFrom('stop' as const, 'allow'),
  },
  { requiredKeys: ['emptyResult'] },
);

const removal: fc.Arbitrary<OnRemovedEntry> = fc.oneof(
  fc.constantFrom('delete' as const, 'archive', 'clear').map((action) => ({ action, set: [] })),
  fc
    .uniqueArray(fc.record({ field: fieldName, constant }), {
      selector: ({ field }) => field,
      minLength: 1,
      maxLength: 3,
    })
    .map((set) => ({ action: 'set' as const, set })),
);
const nothing = fc.constant<OnRemovedEntry>({ action: 'nothing', set: [] });

const modeAndRemoval = fc.constantFrom(...modes).chain((mode) => {
  const allowed =
    mode === 'mirror' ? removal : mode === 'upsert' ? fc.oneof(removal, nothing) : nothing;
  return allowed.map((onRemoved) => ({ mode, onRemoved }));
});

/** Fields by distinct names, the first few of them the key. */
const keyAndFields: fc.Arbitrary<{ key: KeyEntry[]; fields: FieldEntry[] }> = fc
  .tuple(
    fc.uniqueArray(fieldName, { maxLength: 6 }),
    fc.nat({ max: 3 }),
    fc.array(mapping, { minLength: 6, maxLength: 6 }),
    fc.array(filled, { minLength: 6, maxLength: 6 }),
  )
  .map(([names, keys, mappings, columns]) => ({
    key: names.slice(0, keys).map((field, index) => ({ field, column: columns[index] ?? 'id' })),
    fields: names.slice(keys).map((field, index) => ({ field, ...mappings[index]! })),
  }));

/** A mode that sends a row once, or all each time, has none to send again; one that sends all sets none aside. */
function asModeAllows(entry: SyncEntry): SyncEntry {
  if (entry.mode === 'upsert' || entry.mode === 'update' || entry.mode === 'mirror') return entry;
  const { mappingChange: _never, quarantineAfter, ...rest } = entry;
  return entry.mode === 'replace' || quarantineAfter === undefined
    ? rest
    : { ...rest, quarantineAfter };
}

/** A sync that removes finds its records by the model's primary key. */
function withPrimaryKey(entry: SyncEntry, { primaryKey }: ModelEntry): SyncEntry {
  if (entry.onRemoved.action === 'nothing') return entry;
  const key = primaryKey.map((column, n) => ({
    field: entry.key[n]?.field ?? `part ${n}`,
    column,
  }));
  const fields = entry.fields.filter(({ field }) => !key.some((part) => part.field === field));
  return { ...entry, key, fields };
}

const laterWords = fc.record(
  {
    snapshots: fc.constant('hashed' as const),
    quarantineAfter: fc.integer({ min: 1, max: 1000 }),
    mappingChange: fc.constantFrom('from-now-on' as const, 'stop'),
    priority: fc.constantFrom('high' as const, 'low'),
    overlap: fc.constant('queue' as const),
    catchUp: fc.constantFrom('skip' as const, 'all'),
    startWithin: fc.constant({ ms: 1_800_000, text: '30m' }),
  },
  { requiredKeys: [] },
);

const sync = (
  models: Readonly<Record<string, ModelEntry>>,
  destinations: string[],
): fc.Arbitrary<SyncEntry> =>
  fc
    .tuple(
      modeAndRemoval,
      keyAndFields,
      fc.record({
        model: fc.constantFrom(...Object.keys(models)),
        destination: fc.constantFrom(...destinations),
        object: filled,
        firstRun: fc.constantFrom('send' as const, 'baseline'),
        schedule,
        guards,
        uncertain: fc.constantFrom('hold' as const, 'resend'),
        options: settings,
      }),
      laterWords,
    )
    .map(([removed, mapped, rest, later]) =>
      withPrimaryKey(
        asModeAllows({ ...rest, ...removed, ...mapped, ...later }),
        models[rest.model]!,
      ),
    );

const span = fc.constantFrom(
  { ms: 90_000, text: '90s' },
  { ms: 1_800_000, text: '30m' },
  { ms: 86_400_000, text: '1d' },
);
const limit = fc.integer({ min: 0, max: 1_000 });
const ofSyncs = fc.oneof(
  fc.record({ kind: fc.constant('failed' as const), runs: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ kind: fc.constant('rejected' as const), rows: limit, percent: limit }),
  fc.record({ kind: fc.constant('duration' as const), limit: span }),
  fc.record({ kind: fc.constant('missed' as const) }),
  fc.record({
    kind: fc.constant('volume' as const),
    of: fc.constantFrom(...alertVolumes),
    percent: limit,
    rows: limit,
    last: fc.integer({ min: 3, max: 100 }),
  }),
  fc.record({ kind: fc.constant('no_success' as const), within: span }),
  fc.record({ kind: fc.constant('waiting' as const), after: span }),
);
const severity = fc.constantFrom(...alertSeverities);
const channels = fc.uniqueArray(filled, { maxLength: 2 });

const alert = (syncs: string[]): fc.Arbitrary<AlertEntry> =>
  fc.oneof(
    fc.constant({ off: true as const }),
    fc.record({ when: ofSyncs, severity, channels, syncs: fc.subarray(syncs) }),
    fc.record({
      when: fc.record({ kind: fc.constant('agent_offline' as const), after: span }),
      severity,
      channels,
      syncs: fc.constant([]),
    }),
  );

const names = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });

const records = <Entry>(keys: readonly string[], entry: fc.Arbitrary<Entry>) =>
  fc
    .array(entry, { minLength: keys.length, maxLength: keys.length })
    .map((entries) => Object.fromEntries(keys.map((key, index) => [key, entries[index] as Entry])));

export const arbitrarySpecification: fc.Arbitrary<Specification> = fc
  .tuple(names, names, names, names, names)
  .chain(([sources, destinations, models, syncs, alerts]) =>
    records(models, model(sources)).chain((modelEntries) =>
      fc.record({
        sources: records(sources, source),
        destinations: records(destinations, destination),
        models: fc.constant(modelEntries),
        syncs: records(syncs, sync(modelEntries, destinations)),
        alerts: records(alerts, alert(syncs)),
      }),
    ),
  );
