import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  LookupMany,
  LookupMiss,
  Metadata,
  NullHandling,
  type ConstantSchema,
  type FieldMappingSchema,
  type LookupSchema,
} from '../gen/drawbridge/v1/sync_pb.js';
import type {
  ConstantEntry,
  FieldEntry,
  FieldValueEntry,
  LookupEntry,
  MetadataName,
  NullHandlingName,
} from './entry.js';
import { sortedBy } from './order.js';

type FieldInit = MessageInitShape<typeof FieldMappingSchema>;

/** A field of the mapping as the wire says it. */
export function fieldOf(entry: FieldEntry): FieldInit {
  return {
    field: entry.field,
    value: fieldValueOf(entry.value),
    nulls: wireNulls[entry.nulls],
    ...(entry.default && { default: constantOf(entry.default) }),
  };
}

function fieldValueOf(value: FieldValueEntry): NonNullable<FieldInit['value']> {
  switch (value.kind) {
    case 'column':
      return { case: 'column', value: value.column };
    case 'template':
      return { case: 'template', value: value.template };
    case 'metadata':
      return { case: 'metadata', value: wireMetadata[value.metadata] };
    case 'constant':
      return { case: 'constant', value: constantOf(value.constant) };
    case 'lookup':
      return { case: 'lookup', value: lookupOf(value.lookup) };
  }
}

function constantOf(constant: ConstantEntry): MessageInitShape<typeof ConstantSchema> {
  if ('text' in constant) return { value: { case: 'text', value: constant.text } };
  if ('number' in constant) return { value: { case: 'number', value: constant.number } };
  if ('flag' in constant) return { value: { case: 'flag', value: constant.flag } };
  return { value: { case: 'null', value: true } };
}

const lookupOf = (lookup: LookupEntry): MessageInitShape<typeof LookupSchema> => ({
  object: lookup.object,
  match: sortedBy(lookup.match, ({ field }) => field).map(({ field, column }) => ({
    field,
    column,
  })),
  returns: lookup.returns,
  onMiss: wireMisses[lookup.onMiss],
  onMany: LookupMany.REJECT,
});

const wireNulls: Record<NullHandlingName, NullHandling> = {
  send: NullHandling.SEND,
  omit: NullHandling.OMIT,
  'skip-row': NullHandling.SKIP_ROW,
  default: NullHandling.DEFAULT,
};

const wireMetadata: Record<MetadataName, Metadata> = {
  run_id: Metadata.RUN_ID,
  run_started_at: Metadata.RUN_STARTED_AT,
  sync_name: Metadata.SYNC_NAME,
  operation: Metadata.OPERATION,
};

const wireMisses: Record<LookupEntry['onMiss'], LookupMiss> = {
  reject: LookupMiss.REJECT,
  null: LookupMiss.NULL,
  skip: LookupMiss.SKIP,
  create: LookupMiss.CREATE,
};
