import { createHash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ConnectionSchema,
  FieldMappingSchema,
  LookupSchema,
  OnRemovedSchema,
  SettingGroupSchema,
  SettingSchema,
  SyncSpecSchema,
  type Connection,
  type FieldMapping,
  type Lookup,
  type OnRemoved,
  type Setting,
  type SyncSpec,
} from '../gen/drawbridge/v1/sync_pb.js';
import { sortedBy } from './order.js';

/**
 * The one form in which a sync specification is stored, compared and signed: fields in the order of
 * their numbers, lists sorted where the messages say so. The same specification gives the same bytes,
 * whoever compiled it.
 */
export function canonicalBytes(spec: SyncSpec): Uint8Array {
  return toBinary(SyncSpecSchema, inOrder(spec));
}

/** What `canonicalBytes` wrote down. */
export const specificationIn = (bytes: Uint8Array): SyncSpec => fromBinary(SyncSpecSchema, bytes);

/** SHA-256, in lower-case hex. */
export const digestOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

function inOrder(spec: SyncSpec): SyncSpec {
  return create(SyncSpecSchema, {
    ...spec,
    ...(spec.source && { source: connectionInOrder(spec.source) }),
    ...(spec.destination && { destination: connectionInOrder(spec.destination) }),
    ...(spec.onRemoved && { onRemoved: removalInOrder(spec.onRemoved) }),
    fields: sortedBy(spec.fields, ({ field }) => field).map(mappingInOrder),
    options: settingsInOrder(spec.options),
  });
}

const connectionInOrder = (connection: Connection): Connection =>
  create(ConnectionSchema, {
    ...connection,
    settings: settingsInOrder(connection.settings),
    secrets: sortedBy(connection.secrets, ({ name }) => name),
  });

const mappingInOrder = (mapping: FieldMapping): FieldMapping =>
  mapping.value.case === 'lookup'
    ? create(FieldMappingSchema, {
        ...mapping,
        value: { case: 'lookup', value: lookupInOrder(mapping.value.value) },
      })
    : mapping;

const lookupInOrder = (lookup: Lookup): Lookup =>
  create(LookupSchema, { ...lookup, match: sortedBy(lookup.match, ({ field }) => field) });

const removalInOrder = (removal: OnRemoved): OnRemoved =>
  create(OnRemovedSchema, { ...removal, set: sortedBy(removal.set, ({ field }) => field) });

const settingsInOrder = (settings: readonly Setting[]): Setting[] =>
  sortedBy(settings, ({ name }) => name).map((setting) =>
    setting.value.case === 'group'
      ? create(SettingSchema, {
          ...setting,
          value: { case: 'group', value: groupInOrder(setting.value.value.settings) },
        })
      : setting,
  );

const groupInOrder = (settings: readonly Setting[]) =>
  create(SettingGroupSchema, { settings: settingsInOrder(settings) });
