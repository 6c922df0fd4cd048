import { ApiError, noColumn, Refusal } from './refusal.js';
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
      const column = columnOf(object, name);
      if (column.kind === 'relationship') enterRelated(change, { objectOf, column }, value);
      else enter(change, column, value);
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
  | { kind: 'relationship'; field: Field; by: { in: SObject; field: Field } | undefined };

function columnOf(object: SObject, name: string): Column {
  const field = object.byName.get(name.toLowerCase());
  if (field) return field.type === 'id' ? { kind: 'id' } : { kind: 'field', field };
  const reference = object.byRelationship.get(name.toLowerCase());
  if (!reference) throw noColumn(name, object.name);
  return { kind: 'relationship', field: reference, by: undefined };
}

/** Of a reference that may lead to several objects it has to be said which. */
function relatedObject(
  { objectOf }: Pick<ChangeReader, 'objectOf'>,
  { referenceTo }: Field,
  type: string | undefined,
): SObject | undefined {
  const wanted = type?.toLowerCase() ?? (referenceTo.length === 1 ? referenceTo[0] : undefined);
  const name = referenceTo.find((each) => each.toLowerCase() === wanted?.toLowerCase());
  return name === undefined ? undefined : objectOf(name);
}

/** Of a CSV file's header; undefined where there is no such field. */
export function columnOfHeader(reader: ChangeReader, header: string): Column | undefined {
  // Of a reference to one of several objects: `User:Owner.ExtId__c`.
  const [, type, name = '', rest = ''] = /^(?:(\w+):)?(\w+)(?:\.(.*))?$/.exec(header) ?? [];
  const path = rest === '' ? [] : rest.split('.');
  let column: Column;
  try {
    column = columnOf(reader.object, name);
  } catch {
    return undefined;
  }
  if (column.kind !== 'relationship') return path.length === 0 ? column : undefined;
  const related = path.length === 1 ? relatedObject(reader, column.field, type) : undefined;
  const field = related?.byName.get(path[0]!.toLowerCase());
  const isFound = field && (field.isIndexed || field.type === 'email');
  return related && isFound ? { ...column, by: { in: related, field } } : undefined;
}

function enter(
  change: Change,
  column: Exclude<Column, { kind: 'relationship' }>,
  value: unknown,
): void {
  if (column.kind === 'id') change.id = value === null ? null : String(value);
  else change.values.push([column.field, storedOfJson(column.field, value)]);
}

/** `Account__r: { ExtId__c: "7" }`; null clears the reference. */
function enterRelated(
  change: Change,
  { objectOf, column }: Pick<ChangeReader, 'objectOf'> & { column: { field: Field } },
  value: unknown,
): void {
  const { field } = column;
  if (value === null) return void change.values.push([field, null]);
  if (typeof value !== 'object')
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      `${field.relationshipName} is no object at [line:1, column:2]`,
    );
  const { attributes } = value as { attributes?: { type?: string } };
  const related = relatedObject({ objectOf }, field, attributes?.type);
  if (!related)
    throw new Refusal('INVALID_FIELD', `${field.relationshipName} may lead to several objects`);
  const names = Object.keys(value).filter((name) => name !== 'attributes');
  const by = names.length === 1 ? related.byName.get(names[0]!.toLowerCase()) : undefined;
  if (!by) throw noColumn(names.join(), related.name);
  if (!by.isIndexed)
    throw new Refusal(
      'INVALID_FIELD',
      `${by.name} is not an external ID or indexed field for ${related.name}`,
    );
  const wanted = storedOfJson(by, (value as Record<string, unknown>)[names[0]!]);
  change.related.push({ field, by, in: related, value: wanted });
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
      const { field: by, in: related } = column.by!;
      change.related.push({ field: column.field, by, in: related, value: storedOfText(by, text) });
    }
  });
  return change;
}

const nullOf = (field: Field): Stored => (field.type === 'boolean' ? false : null);
