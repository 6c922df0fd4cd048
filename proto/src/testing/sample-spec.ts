import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  Duplicates,
  EmptyResult,
  FirstRun,
  GuardAction,
  LookupMany,
  LookupMiss,
  MappingChange,
  Metadata,
  Mode,
  NullHandling,
  RemovalAction,
  Snapshots,
  Uncertain,
  type ConnectionSchema,
  type FieldMappingSchema,
  type SyncSpecSchema,
} from '../gen/drawbridge/v1/sync_pb.js';

/** With a setting of every type. */
export const sampleConnection: MessageInitShape<typeof ConnectionSchema> = {
  name: 'warehouse',
  type: 'postgres',
  settings: [
    { name: 'host', value: { case: 'text', value: 'db.internal' } },
    { name: 'port', value: { case: 'number', value: 5432 } },
    { name: 'readOnly', value: { case: 'flag', value: true } },
    { name: 'schemas', value: { case: 'list', value: { texts: ['a', 'b'] } } },
    {
      name: 'tls',
      value: {
        case: 'group',
        value: { settings: [{ name: 'mode', value: { case: 'text', value: 'full' } }] },
      },
    },
  ],
  secrets: [{ name: 'password', reference: 'env:WAREHOUSE_PASSWORD' }],
  limits: { requestsPerSecond: 20, concurrency: 4 },
};
const guard = { rows: 10n, percent: 10, action: GuardAction.WITHHOLD };

const fieldMappings: MessageInitShape<typeof FieldMappingSchema>[] = [
  {
    field: 'email',
    value: { case: 'column', value: 'email' },
    nulls: NullHandling.DEFAULT,
    default: { value: { case: 'text', value: '' } },
  },
  {
    field: 'plan',
    value: { case: 'template', value: '{{ plan | upcase }}' },
    nulls: NullHandling.OMIT,
  },
  {
    field: 'price',
    value: { case: 'constant', value: { value: { case: 'number', value: '1.50' } } },
    nulls: NullHandling.SEND,
  },
  {
    field: 'gone',
    value: { case: 'constant', value: { value: { case: 'null', value: true } } },
    nulls: NullHandling.SKIP_ROW,
  },
  {
    field: 'synced_at',
    value: { case: 'metadata', value: Metadata.RUN_STARTED_AT },
    nulls: NullHandling.SEND,
  },
];

export const sampleSpec: MessageInitShape<typeof SyncSpecSchema> = {
  workspaceId: '55555555-0000-4000-8000-000000000000',
  syncId: '66666666-0000-4000-8000-000000000000',
  name: 'customers-to-app',
  version: 4n,
  source: sampleConnection,
  model: {
    name: 'active-customers',
    query: { case: 'sql', value: 'select 1' },
    primaryKey: ['customer_id'],
  },
  destination: sampleConnection,
  object: 'public.customers',
  mode: Mode.MIRROR,
  onRemoved: {
    action: RemovalAction.SET,
    set: [
      {
        field: 'active',
        value: { case: 'constant', value: { value: { case: 'flag', value: false } } },
        nulls: NullHandling.SEND,
      },
    ],
  },
  key: [{ field: 'external_id', column: 'customer_id' }],
  fields: fieldMappings,
  firstRun: FirstRun.BASELINE,
  guards: { added: guard, changed: guard, removed: guard, emptyResult: EmptyResult.STOP },
  uncertain: Uncertain.HOLD,
  options: [{ name: 'batchSize', value: { case: 'number', value: 100 } }],
};

/** With every word that came after the first agents. */
export const sampleSpecOfLaterWords: MessageInitShape<typeof SyncSpecSchema> = {
  ...sampleSpec,
  model: {
    name: 'active-customers',
    query: { case: 'table', value: 'marts.customers' },
    primaryKey: ['customer_id'],
    duplicates: Duplicates.FIRST,
    orderBy: [{ column: 'updated_at', descending: true }, { column: 'customer_id' }],
  },
  fields: [
    {
      field: 'account_id',
      value: {
        case: 'lookup',
        value: {
          object: 'public.accounts',
          match: [{ field: 'domain', column: 'company_domain' }],
          returns: 'id',
          onMiss: LookupMiss.CREATE,
          onMany: LookupMany.REJECT,
        },
      },
      nulls: NullHandling.OMIT,
    },
    ...fieldMappings,
  ],
  guards: {
    removed: { ...guard, action: GuardAction.APPROVE },
    emptyResult: EmptyResult.ALLOW,
  },
  snapshots: Snapshots.HASHED,
  quarantineAfter: 5,
  mappingChange: MappingChange.FROM_NOW_ON,
};
