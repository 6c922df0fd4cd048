import type { Batch, JsonRecord, OperationKind, TargetField } from '../../connector/destination.js';
import type { HttpRequest } from '../../connector/http.js';
import { JsonLines } from '../../connector/json-lines.js';
import type { JsonFrame } from '../../connector/json-lines.js';
import { jsonValueOf, unescapeText } from '../../connector/lines.js';
import type { Template } from '../../connector/template.js';
import { urlsOf } from './url.js';
import type { UrlTemplate } from './url.js';

/** How one kind of change is asked for. */
export interface Call {
  method: string;
  /** Compiled by `compileUrl`, rendered with the first record. */
  url: UrlTemplate;
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
  const urlFor = urlsOf(call.url, shape.baseUrl);
  const fixedUrl = call.url.variables.length === 0 ? urlFor({}) : undefined;
  const read = readerFor(call.url, shape.fields);
  const frame = frameOf(shape);
  const isOwn = !hasTwice(shape.fields) && !shape.instead;
  const json = isOwn ? new JsonLines(shape.fields, frame) : undefined;
  const bodyOf = (batch: Batch): string | Uint8Array => {
    const { body } = call;
    if (json && !body) return json.write(batch.lines, batch.size);
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
    url: fixedUrl ?? urlFor(read(batch.lines)),
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
function readerFor(
  { variables }: Template,
  fields: readonly TargetField[],
): (lines: Uint8Array) => JsonRecord {
  const isRead = fields.map(({ name }) => variables.includes(name));
  const columns = isRead.lastIndexOf(true) + 1;
  return (lines) => {
    const record: JsonRecord = {};
    firstFields(lines, columns).forEach((escaped, n) => {
      const { name, type, nulls } = fields[n] as TargetField;
      const text = isRead[n] ? unescapeText(escaped) : null;
      if (isRead[n] && (text !== null || nulls === 'send'))
        record[name] = printable(jsonValueOf(text, type));
    });
    return record;
  };
}

/** The first line's first fields, escaped. */
function firstFields(lines: Uint8Array, count: number): string[] {
  const end = lines.indexOf(lineFeed);
  let to = -1;
  for (let n = 0; n < count; n += 1) {
    const next = lines.indexOf(tab, to + 1);
    to = next === -1 || next > end ? end : next;
  }
  if (to === -1) return [];
  return Buffer.from(lines.buffer, lines.byteOffset, to).toString().split('\t');
}

const tab = 0x09;
const lineFeed = 0x0a;

/** Exact numbers print as their digits, texts as they are. */
export function forTemplate(record: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, printable(value)]),
  );
}

function printable(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

export const defaultMethods: Partial<Record<OperationKind, string>> = {
  upsert: 'POST',
  create: 'POST',
  append: 'POST',
  delete: 'DELETE',
  clear: 'PATCH',
  set: 'PATCH',
};
