import type { Batch, JsonRecord, OperationKind, TargetField } from '../../connector/destination.js';
import type { HttpRequest } from '../../connector/http.js';
import { JsonLines } from '../../connector/json-lines.js';
import type { JsonFrame } from '../../connector/json-lines.js';
import { jsonValueOf, textsOf } from '../../connector/lines.js';
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
  /** Key and fields of a record, in the order of a batch's lines. */
  fields: readonly TargetField[];
  /** Sent beside the key, instead of the record's own fields. */
  instead?: JsonRecord | undefined;
}

/** Makes the requests of one kind of change: one row by itself, or many in one body. */
export function requestsFor(call: Call, shape: Shape): (batch: Batch) => HttpRequest {
  const isFixed = call.url.variables.length === 0;
  const fixedUrl = isFixed ? urlOf(call.url, {}, shape.baseUrl) : undefined;
  const frame = frameOf(shape);
  const isOwn = !hasTwice(shape.fields) && !shape.instead;
  const json = isOwn ? new JsonLines(shape.fields) : undefined;
  const bodyOf = (batch: Batch): string | Uint8Array => {
    const { body } = call;
    if (json && !body) return json.write(batch.lines, batch.size, frame);
    const texts = batch.records().map(({ key, fields }) => {
      if (!body) return JSON.stringify({ ...key, ...(shape.instead ?? fields) });
      return body.render(forTemplate({ ...key, ...fields, ...shape.instead }));
    });
    return `${frame.open}${texts.join(frame.separator)}${frame.close}`;
  };
  const contentType =
    shape.wrap === 'ndjson' && !shape.single ? 'application/x-ndjson' : 'application/json';
  return (batch) => ({
    method: call.method,
    url: fixedUrl ?? urlOf(call.url, readFor(call.url, batch, shape.fields), shape.baseUrl),
    headers: {
      'content-type': contentType,
      'idempotency-key': batch.idempotencyKey,
      ...shape.headers,
    },
    ...(call.method === 'GET' ? {} : { body: bodyOf(batch) }),
  });
}

function frameOf({ wrap, single }: Shape): JsonFrame {
  if (single) return { open: '', separator: '', close: '' };
  if (wrap === 'ndjson') return { open: '', separator: '\n', close: '\n' };
  if (wrap === 'array') return { open: '[', separator: ',', close: ']' };
  return { open: `{${JSON.stringify(wrap)}:[`, separator: ',', close: ']}' };
}

/** Then the field's value is the record's, and not the key's. */
function hasTwice(fields: readonly TargetField[]): boolean {
  return new Set(fields.map(({ name }) => name)).size < fields.length;
}

/** What the URL reads of the first record; nothing else of it is made. */
function readFor(url: Template, batch: Batch, fields: readonly TargetField[]): JsonRecord {
  const [texts] = textsOf(batch.lines.subarray(0, batch.lines.indexOf(10) + 1));
  if (!texts) throw new Failure('INTERNAL', 'internal.empty_batch', 'A batch had no rows.');
  const record: JsonRecord = {};
  fields.forEach(({ name, type, nulls }, n) => {
    const text = texts[n] ?? null;
    if (url.variables.includes(name) && (text !== null || nulls === 'send'))
      record[name] = jsonValueOf(text, type);
  });
  return forTemplate(record);
}

/** Exact numbers print as their digits, texts as they are. */
export function forTemplate(record: JsonRecord): JsonRecord {
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
  clear: 'PATCH',
  set: 'PATCH',
};
