import { createHash } from 'node:crypto';
import { operationKind } from './operation.js';
import type { Constant, FieldMapping, FieldValue, Lookup, SyncRequest } from './sync-request.js';

/**
 * Names what a sync makes of a row: key, fields, what its mode sends and the templates among its object's options, but
 * not the values of metadata, which differ in every run, nor how much is sent at once. While it stays the same, a row that did not change has the record it would get.
 */
export function mappingDigest(request: SyncRequest): string {
  const canonical = JSON.stringify([
    request.key.map(({ field, column }) => [field, column]),
    request.fields.map(fieldParts).sort(byName),
    [operationKind(request, 'added') ?? null, operationKind(request, 'changed') ?? null],
    templatesIn(request.options, ''),
  ]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** Stands where rows of several mappings lie together; no mapping has it. */
export const mixedMapping = 'mixed';

/** Of two different names. */
const byName = ([a]: Parts, [b]: Parts): number => (a < b ? -1 : 1);

type Parts = readonly [field: string, ...rest: unknown[]];

const fieldParts = ({ field, value, nulls, default: otherwise }: FieldMapping): Parts => [
  field,
  valueParts(value),
  nulls,
  otherwise ? constantParts(otherwise) : null,
];

function valueParts(value: FieldValue): readonly unknown[] {
  switch (value.kind) {
    case 'column':
      return ['column', value.column];
    case 'constant':
      return ['constant', constantParts(value.constant)];
    case 'metadata':
      return ['metadata', value.metadata];
    case 'template':
      return ['template', value.template];
    case 'lookup':
      return ['lookup', ...lookupParts(value.lookup)];
  }
}

/** Rows that get no record are the same whether they are rejected or left out. */
function lookupParts({ object, match, returns, onMiss }: Lookup): readonly unknown[] {
  const pairs = match.map(({ field, column }): Parts => [field, column]).sort(byName);
  return [object, pairs, returns, onMiss === 'skip' ? 'reject' : onMiss];
}

/** Only a connector knows what its options mean; but what has Liquid in it is rendered for each row. */
function templatesIn(options: object, path: string): Parts[] {
  return Object.entries(options)
    .flatMap(([name, value]: [string, unknown]): Parts[] => {
      if (typeof value === 'string') return /\{[{%]/.test(value) ? [[`${path}${name}`, value]] : [];
      return typeof value === 'object' && value ? templatesIn(value, `${path}${name}.`) : [];
    })
    .sort(byName);
}

/** A constant has one entry, so the order of its entries can't differ. */
const constantParts = (constant: Constant): readonly unknown[] => Object.entries(constant);
