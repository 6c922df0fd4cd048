import { noColumn, Refusal } from './refusal.js';
import type { Field, SObject } from './schema.js';
import { storedOfJson, storedOfText } from './value.js';
import type { Stored } from './stored.js';

/** What is to be written into one record; from JSON and from CSV alike. */
export interface Change {
  id: string | null;
  values: [field: Field, value: Stored][];
  /** References by another record's external id. */
  related: { field: Field; by: Field; in: SObject; value: Stored }[];
}

export interface ChangeReader {
  object: SObject;
  objectOf(name: string): SObject | undefined;
}

/** Throws `Refusal` for the record alone, `ApiError` where the whole request can't be read. */
export function changeOfJson(
  { object, objectOf }: ChangeReader,
  record: Readonly<Record<string, unknown>>,
): Change {
  const change: Change = { id: null, values: [], related: [] };
  let refusal: Refusal | undefined;
  for (const [name, value] of Object.entries(record)) {
    if (name === 'attributes') continue;
    try {
      enter(change, columnOf({ object, objectOf }, name), value);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusal ??= error;
    }
  }
  if (refusal) throw refusal;
  return change;
}

export type Column =
  | { kind: 'id' }
  | { kind: 'field'; field: Field }
  | { kind: 'relationship'; field: Field; in: SObject; by: Field | undefined };

function columnOf({ object, objectOf }: ChangeReader, name: string): Column {
  const field = object.byName.get(name.toLowerCase());
  if (field) return field.type === 'id' ? { kind: 'id' } : { kind: 'field', field };
  const reference = object.byRelationship.get(name.toLowerCase());
  const related = reference && objectOf(reference.referenceTo ?? '');
  if (!related) throw noColumn(name, object.name);
  return { kind: 'relationship', field: reference, in: related, by: undefined };
}

/** Of a CSV file's header; undefined where there is no such field. */
export function columnOfHeader(reader: ChangeReader, header: string): Column | undefined {
  const [name = '', ...path] = header.split('.');
  let column: Column;
  try {
    column = columnOf(reader, name);
  } catch {
    return undefined;
  }
  if (column.kind !== 'relationship') return path.length === 0 ? column : undefined;
  const by = path.length === 1 ? column.in.byName.get(path[0]!.toLowerCase()) : undefined;
  return by && (by.isIndexed || by.type === 'email') ? { ...column, by } : undefined;
}

function enter(change: Change, column: Column, value: unknown): void {
  if (column.kind === 'id') change.id = value === null ? null : String(value);
  else if (column.kind === 'field')
    change.values.push([column.field, storedOfJson(column.field, value)]);
  else enterRelated(change, column, value);
}

/** `Account__r: { ExtId__c: "7" }`; null clears the reference. */
function enterRelated(
  change: Change,
  column: Column & { kind: 'relationship' },
  value: unknown,
): void {
  if (value === null) return void change.values.push([column.field, null]);
  const names = Object.keys(value as object).filter((name) => name !== 'attributes');
  const by = names.length === 1 ? column.in.byName.get(names[0]!.toLowerCase()) : undefined;
  if (!by) throw noColumn(names.join(), column.in.name);
  if (!by.isIndexed)
    throw new Refusal(
      'INVALID_FIELD',
      `${by.name} is not an external ID or indexed field for ${column.in.name}`,
    );
  const wanted = storedOfJson(by, (value as Record<string, unknown>)[names[0]!]);
  change.related.push({ field: column.field, by, in: column.in, value: wanted });
}

/** A line of CSV. Nothing at all leaves a field as it is; `#N/A` clears it. */
export function changeOfCsv(columns: readonly Column[], texts: readonly string[]): Change {
  const change: Change = { id: null, values: [], related: [] };
  columns.forEach((column, n) => {
    const text = texts[n]!;
    if (text === '') return;
    const isNull = text === '#N/A';
    if (column.kind === 'id') change.id = isNull ? null : text;
    else if (isNull) change.values.push([column.field, nullOf(column.field)]);
    else if (column.kind === 'field')
      change.values.push([column.field, storedOfText(column.field, text)]);
    else {
      const by = column.by!;
      change.related.push({ ...column, by, value: storedOfText(by, text) });
    }
  });
  return change;
}

const nullOf = (field: Field): Stored => (field.type === 'boolean' ? false : null);
