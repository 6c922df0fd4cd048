import type { Batch, JsonRecord, OperationKind } from '../../connector/destination.js';
import type { HttpRequest } from '../../connector/http.js';
import type { Template } from '../../connector/template.js';
import { Failure } from '../../failure.js';
import { urlOf } from './url.js';

/** How one kind of change is asked for. */
export interface Call {
  method: string;
  /** Compiled by `compileUrl`, rendered with the first record. */
  url: Template;
  body: Template | undefined;
}

export interface Shape {
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** `array`, `ndjson`, or the name of the field that wraps the array; only for batches. */
  wrap: string;
  single: boolean;
}

export interface Row {
  key: JsonRecord;
  fields: JsonRecord;
}

/** A request for a batch: one row by itself, or many in one body. */
export function makeRequest(
  batch: Batch,
  rows: readonly Row[],
  to: { call: Call; shape: Shape },
): HttpRequest {
  const { call, shape } = to;
  const records = rows.map(recordOf);
  const [first] = records;
  if (!first) throw new Failure('INTERNAL', 'internal.empty_batch', 'A batch had no rows.');
  return {
    method: call.method,
    url: urlOf(call.url, forTemplate(first), shape.baseUrl),
    headers: {
      'content-type':
        shape.wrap === 'ndjson' && !shape.single ? 'application/x-ndjson' : 'application/json',
      'idempotency-key': batch.idempotencyKey,
      ...shape.headers,
    },
    ...(call.method === 'GET' ? {} : { body: bodyOf(records, call, shape) }),
  };
}

export function recordOf({ key, fields }: Row): JsonRecord {
  return { ...key, ...fields };
}

function bodyOf(records: readonly JsonRecord[], call: Call, shape: Shape): string {
  const texts = records.map(
    (record) => call.body?.render(forTemplate(record)) ?? JSON.stringify(record),
  );
  if (shape.single) return texts[0] ?? '';
  if (shape.wrap === 'ndjson') return `${texts.join('\n')}\n`;
  const array = `[${texts.join(',')}]`;
  return shape.wrap === 'array' ? array : `{${JSON.stringify(shape.wrap)}:${array}}`;
}

/** Exact numbers print as their digits, texts as they are. */
function forTemplate(record: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  );
}

export const defaultMethods: Partial<Record<OperationKind, string>> = {
  upsert: 'POST',
  create: 'POST',
  append: 'POST',
  delete: 'DELETE',
};
