import { LookupMany, LookupMiss, Metadata, NullHandling } from '@drawbridge/proto';
import type {
  Constant as WireConstant,
  FieldMapping as WireMapping,
  Lookup as WireLookup,
} from '@drawbridge/proto';
import type { Constant, FieldMapping, FieldValue, Lookup } from '../sync/sync-request.js';
import { incomplete, known } from './known.js';

/** A field of the mapping in the engine's words. */
export function mappingOf({ field, value, nulls, default: otherwise }: WireMapping): FieldMapping {
  return {
    field,
    value: fieldValueOf(value),
    nulls: known(nullHandlings[nulls]),
    ...(otherwise && { default: constantOf(otherwise) }),
  };
}

function fieldValueOf(value: WireMapping['value']): FieldValue {
  switch (value.case) {
    case 'column':
      return { kind: 'column', column: value.value };
    case 'constant':
      return { kind: 'constant', constant: constantOf(value.value) };
    case 'metadata':
      return { kind: 'metadata', metadata: known(metadatas[value.value]) };
    case 'template':
      return { kind: 'template', template: value.value };
    case 'lookup':
      return { kind: 'lookup', lookup: lookupOf(value.value) };
    case undefined:
      throw incomplete();
  }
}

function constantOf({ value }: WireConstant): Constant {
  switch (value.case) {
    case 'text':
      return { text: value.value };
    case 'number':
      return { number: value.value };
    case 'flag':
      return { flag: value.value };
    case 'null':
      return { null: true };
    case undefined:
      throw incomplete();
  }
}

const lookupOf = ({ object, match, returns, onMiss, onMany }: WireLookup): Lookup => ({
  object,
  match: match.map(({ field, column }) => ({ field, column })),
  returns,
  onMiss: known(misses[onMiss]),
  onMany: known(manys[onMany]),
});

const nullHandlings: Record<NullHandling, FieldMapping['nulls'] | undefined> = {
  [NullHandling.UNSPECIFIED]: undefined,
  [NullHandling.SEND]: 'send',
  [NullHandling.OMIT]: 'omit',
  [NullHandling.SKIP_ROW]: 'skip-row',
  [NullHandling.DEFAULT]: 'default',
};

type MetadataName = Extract<FieldValue, { kind: 'metadata' }>['metadata'];

const metadatas: Record<Metadata, MetadataName | undefined> = {
  [Metadata.UNSPECIFIED]: undefined,
  [Metadata.RUN_ID]: 'run_id',
  [Metadata.RUN_STARTED_AT]: 'run_started_at',
  [Metadata.SYNC_NAME]: 'sync_name',
  [Metadata.OPERATION]: 'operation',
};

const misses: Record<LookupMiss, Lookup['onMiss'] | undefined> = {
  [LookupMiss.UNSPECIFIED]: undefined,
  [LookupMiss.REJECT]: 'reject',
  [LookupMiss.NULL]: 'null',
  [LookupMiss.SKIP]: 'skip',
  [LookupMiss.CREATE]: 'create',
};

const manys: Record<LookupMany, Lookup['onMany'] | undefined> = {
  [LookupMany.UNSPECIFIED]: undefined,
  [LookupMany.REJECT]: 'reject',
};
