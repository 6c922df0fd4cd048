import { createHash } from 'node:crypto';
import { operationKind } from './operation.js';
import type { Constant, FieldMapping, FieldValue, SyncRequest } from './sync-request.js';

/**
 * Names what a sync makes of a row: key, fields and what its mode sends, but not the values of metadata, which differ in
 * every run. While it stays the same, a row that did not change has the record it would get.
 */
export function mappingDigest(request: SyncRequest): string {
  const canonical = JSON.stringify([
    request.key.map(({ field, column }) => [field, column]),
    request.fields.map(fieldParts).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    [operationKind(request, 'added') ?? null, operationKind(request, 'changed') ?? null],
  ]);
  return createHash('sha256').update(canonical).digest('hex');
}

/** Stands where rows of several mappings lie together; no mapping has it. */
export const mixedMapping = 'mixed';

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
  }
}

/** A constant has one entry, so the order of its entries can't differ. */
const constantParts = (constant: Constant): readonly unknown[] => Object.entries(constant);
