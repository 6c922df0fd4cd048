import type { FinderRequest, JsonRecord, MatchBatch } from '../../connector/destination.js';
import type { HttpRequest } from '../../connector/http.js';
import { compileTemplate } from '../../connector/template.js';
import type { Template } from '../../connector/template.js';
import { forTemplate } from './requests.js';
import type { Call } from './requests.js';
import { compileUrl, urlOf } from './url.js';

interface Given {
  method: string;
  url: string | undefined;
  body: string | undefined;
}

/** Parsed once. The object is the configuration's own text, so it stands in a URL as it is written there. */
export function callOf(given: Given | undefined, object: string, method: string): Call {
  const url = (given?.url ?? object).replaceAll(/\{\{-?\s*object\s*-?\}\}/g, () => object);
  return {
    method: given?.method ?? method,
    url: compileUrl(url.replace(/^\//, '')),
    body: given?.body === undefined ? undefined : compileTemplate(given.body),
  };
}

/** The object with the matched fields as its query. */
export function queryUrl({ object, match }: FinderRequest): Template {
  return {
    variables: match.map(({ name }) => name),
    render: (record) => {
      const query = new URLSearchParams();
      for (const { name } of match) query.append(name, String(record[name] ?? ''));
      return `${object.replace(/^\//, '')}?${query.toString()}`;
    },
  };
}

/** One record stands by itself, many in an array; templates see `records` in either case. */
export function lookupRequest(
  batch: MatchBatch,
  call: Call,
  to: { baseUrl: string; headers: Readonly<Record<string, string>> },
): HttpRequest {
  const records = batch.records();
  const [first = {}] = records;
  const printed = records.map((record) => ({
    ...forTemplate(record),
    ...nested(forTemplate(record)),
  }));
  const variables = { ...(records.length === 1 ? printed[0] : {}), records: printed };
  const plain = records.length === 1 ? nested(first) : records.map(nested);
  const body = call.body?.render(variables) ?? JSON.stringify(plain);
  return {
    method: call.method,
    url: urlOf(call.url, variables, to.baseUrl),
    headers: { 'content-type': 'application/json', ...to.headers },
    ...(call.method === 'GET' ? {} : { body }),
  };
}

/** A dotted name is a way into the record, as it is in an answer. */
function nested(record: JsonRecord): JsonRecord {
  const whole: JsonRecord = {};
  for (const [path, value] of Object.entries(record)) {
    const names = path.split('.');
    const last = names.pop() ?? path;
    let inside = whole;
    for (const name of names) inside = (inside[name] ??= {}) as JsonRecord;
    inside[last] = value;
  }
  return whole;
}
