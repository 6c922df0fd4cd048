import type {
  ConstantEntry,
  FieldEntry,
  FieldValueEntry,
  LookupEntry,
  ModeName,
  SyncEntry,
} from './entry.js';
import { sortedBy } from './order.js';

/** What the next run does with rows that did not change, when the mapping did. */
export type MappingChangeName = 'backfill' | 'from-now-on' | 'stop';

/**
 * Undefined where an unchanged row has the record that it would get, and in modes that never send such a row because of
 * its mapping. Agents judge each run by the same notion: `agent/src/sync/mapping-digest.ts`.
 */
export function mappingChangeBetween(
  before: SyncEntry,
  after: SyncEntry,
): MappingChangeName | undefined {
  if (sendsOnce(after.mode) || after.mode === 'replace') return undefined;
  if (mappingText(before) === mappingText(after)) return undefined;
  return after.mappingChange ?? 'backfill';
}

const sendsOnce = (mode: ModeName): boolean => mode === 'create' || mode === 'append';

/** Everything that a row's record is made of, but not the row. */
function mappingText({ key, fields, mode, options }: SyncEntry): string {
  return JSON.stringify([
    key.map(({ field, column }) => [field, column]),
    sortedBy(fields, ({ field }) => field).map(fieldParts),
    operationsOf(mode),
    sortedBy(templatesIn(options, ''), ([path]) => path),
  ]);
}

/** What a mode makes of an added row and of a changed one. */
function operationsOf(mode: ModeName): readonly [added: string, changed: string | null] {
  if (sendsOnce(mode)) return [mode, null];
  return mode === 'update' ? ['update', 'update'] : ['upsert', 'upsert'];
}

const fieldParts = ({ field, value, nulls, default: otherwise }: FieldEntry): unknown[] => [
  field,
  valueParts(value),
  nulls,
  otherwise ? constantParts(otherwise) : null,
];

function valueParts(value: FieldValueEntry): unknown[] {
  switch (value.kind) {
    case 'column':
      return [value.kind, value.column];
    case 'constant':
      return [value.kind, constantParts(value.constant)];
    case 'metadata':
      return [value.kind, value.metadata];
    case 'template':
      return [value.kind, value.template];
    case 'lookup':
      return [value.kind, ...lookupParts(value.lookup)];
  }
}

/** Rows that get no record are the same whether they are rejected or left out. */
function lookupParts({ object, match, returns, onMiss }: LookupEntry): unknown[] {
  const pairs = sortedBy(match, ({ field }) => field).map(({ field, column }) => [field, column]);
  return [object, pairs, returns, onMiss === 'skip' ? 'reject' : onMiss];
}

const constantParts = (constant: ConstantEntry): unknown[] => Object.entries(constant).flat();

/** Only a connector knows what its options mean; but what has Liquid in it is rendered for each row. */
function templatesIn(options: object, path: string): [path: string, template: string][] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    if (typeof value === 'string') return /\{[{%]/.test(value) ? [[path + name, value]] : [];
    return typeof value === 'object' && value ? templatesIn(value, `${path}${name}.`) : [];
  });
}
