import type { Batch, JsonRecord, TargetField } from '../../connector/destination.js';
import { isRawJson } from '../../connector/lines.js';
import { insertedText } from './template-text.js';

/** A row of a batch, as messages tell of it. */
export interface Row {
  /** Its place in the batch. */
  n: number;
  key: JsonRecord;
  fields: JsonRecord;
  /** Key and fields. */
  record: JsonRecord;
  /** Of a changed row: the fields that are other ones; all of them where nobody knows what they were. */
  changes: readonly FieldChange[];
  isKnownFormer: boolean;
}

export interface FieldChange {
  field: string;
  /** Undefined where nobody knows. */
  old: unknown;
  new: unknown;
}

export function rowsOf(batch: Batch): Row[] {
  return batch.records().map(({ key, fields, former }, n) => ({
    n,
    key: printable(key),
    fields: printable(fields),
    record: printable({ ...key, ...fields }),
    changes: batch.change === 'changed' ? changesOf(fields, former) : [],
    isKnownFormer: former !== undefined,
  }));
}

function changesOf(fields: JsonRecord, former: JsonRecord | undefined): FieldChange[] {
  return Object.entries(fields)
    .filter(
      ([name, value]) => !former || JSON.stringify(former[name] ?? null) !== JSON.stringify(value),
    )
    .map(([field, value]) => ({
      field,
      old: former && (printed(former[field]) ?? null),
      new: printed(value),
    }));
}

/** What a template sees of a row; a field of the row goes before a word of ours. */
export function seenBy({ changes, record }: Row, change: Batch['change']): JsonRecord {
  const former = Object.fromEntries(changes.map(({ field, old }) => [field, old ?? null]));
  return { change, changes, former: { ...record, ...former }, ...record };
}

/** The names of what a row has, each once. */
export function columnsOf(key: readonly TargetField[], fields: readonly TargetField[]): string[] {
  return [...new Set([...key, ...fields].map(({ name }) => name))];
}

export function textOf(value: unknown): string {
  return insertedText(value);
}

/** Exact numbers as their digits, however deep. */
function printable(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, printed(value)]));
}

function printed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isRawJson(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(printed);
  return printable(value as JsonRecord);
}
