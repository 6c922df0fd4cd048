import { objectOf } from './api.js';
import type { Api, Resource } from './api.js';
import type { Answer, ApiRequest } from './http.js';
import { parseId } from './id.js';
import { ApiError, noColumn } from './refusal.js';
import { isFilterable } from './schema.js';
import type { Field, SObject } from './schema.js';
import { malformed, parseSoql } from './soql.js';
import type { Condition, Literal, Query } from './soql.js';
import { keyOf } from './table.js';
import type { Table } from './table.js';
import { storedOfText } from './value.js';
import type { Stored } from './stored.js';

/** Records an answer; between 200 and 2,000 by the header Sforce-Query-Options. */
const pageRecords = 2000;

/** What is left of a query that has more records than one answer. */
interface Cursor {
  query: Query;
  table: Table;
  found: number[];
}

export function queryResources(api: Api): Resource[] {
  const cursors: Cursor[] = [];
  const read = (request: ApiRequest): Answer => {
    const soql = request.query.get('q');
    if (soql === null) throw malformed('query is missing');
    const query = parseSoql(soql);
    const table = api.org.table(fromOf(api, query));
    for (const path of query.select) fieldOf(api, table.object, path);
    const found = search(api, table, query);
    if (query.select.length === 0)
      return { status: 200, body: { totalSize: found.length, done: true, records: [] } };
    const number = cursors.push({ query, table, found });
    return page(api, cursors[number - 1]!, { request, locator: [number, 0] });
  };
  return [
    { path: 'query', methods: { GET: read } },
    {
      path: 'query/{locator}',
      methods: {
        GET: (request, [name = '']) => {
          const [, number, from] = /^01g(\d{15})-(\d+)$/.exec(name) ?? [];
          const cursor = cursors[Number(number) - 1];
          if (!cursor) throw new ApiError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
          return page(api, cursor, { request, locator: [Number(number), Number(from)] });
        },
      },
    },
  ];
}

function fromOf(api: Api, { from }: Query): SObject {
  try {
    return objectOf(api, from);
  } catch {
    throw new ApiError(400, 'INVALID_TYPE', `sObject type '${from}' is not supported.`);
  }
}

function page(
  api: Api,
  { query, table, found }: Cursor,
  { request, locator: [number, from] }: { request: ApiRequest; locator: [number, number] },
): Answer {
  const asked = /batchSize\s*=\s*(\d+)/i.exec(
    String(request.headers['sforce-query-options'] ?? ''),
  );
  const size = Math.min(2000, Math.max(200, asked ? Number(asked[1]) : pageRecords));
  const end = Math.min(found.length, from + size);
  const url = `/services/data/v${request.version}`;
  const records = found
    .slice(from, end)
    .filter((n) => table.has(n))
    .map((n) => shown(api, { table, n, url }, query.select));
  const next = `${url}/query/01g${String(number).padStart(15, '0')}-${end}`;
  const done = end === found.length;
  return {
    status: 200,
    body: { totalSize: found.length, done, ...(!done && { nextRecordsUrl: next }), records },
  };
}

type Place = { table: Table; n: number; url: string };

function shown(api: Api, { table, n, url }: Place, select: readonly string[][]): object {
  const record: Record<string, unknown> = {
    attributes: {
      type: table.object.name,
      url: `${url}/sobjects/${table.object.name}/${table.idOf(n)}`,
    },
  };
  const values = table.read(n);
  const related = new Map<Field, string[][]>();
  for (const [name = '', ...rest] of select) {
    if (rest.length === 0) {
      const field = table.object.byName.get(name.toLowerCase())!;
      record[field.name] = values[field.at];
      continue;
    }
    const reference = table.object.byRelationship.get(name.toLowerCase())!;
    related.set(reference, [...(related.get(reference) ?? []), rest]);
  }
  for (const [reference, paths] of related) {
    const id = values[reference.at];
    const place = typeof id === 'string' ? api.org.place(id) : undefined;
    const isThere = place?.table.has(place.n);
    record[reference.relationshipName!] = isThere ? shown(api, { ...place!, url }, paths) : null;
  }
  return record;
}

/** The field at the end of a path; throws INVALID_FIELD. */
function fieldOf(api: Api, object: SObject, [name = '', ...rest]: readonly string[]): Field {
  if (rest.length === 0) {
    const field = object.byName.get(name.toLowerCase());
    if (field) return field;
    throw noColumn(name, object.name);
  }
  const reference = object.byRelationship.get(name.toLowerCase());
  const related = reference && api.org.object(reference.referenceTo[0] ?? '');
  if (!related)
    throw new ApiError(
      400,
      'INVALID_FIELD',
      `Didn't understand relationship '${name}' in field path.`,
    );
  return fieldOf(api, related, rest);
}

function search(api: Api, table: Table, query: Query): number[] {
  const { where, orderBy, limit = Infinity, offset } = query;
  const test = where && testOf(api, table, where);
  const found: number[] = [];
  for (const n of (where && byIndex(table, where)) ?? table.places()) {
    if (test && !test(n)) continue;
    found.push(n);
    if (orderBy.length === 0 && found.length >= offset + limit) break;
  }
  for (const { path, isDescending } of orderBy.toReversed()) {
    const valueOf = readerOf(api, table, path);
    const values = new Map(found.map((n) => [n, valueOf(n)]));
    const sign = isDescending ? -1 : 1;
    found.sort((a, b) => sign * compare(values.get(a)!, values.get(b)!));
  }
  return found.slice(offset, offset + limit);
}

/** Places that alone can meet the condition, where one of its parts asks for an indexed field. */
function byIndex(table: Table, where: Condition): number[] | undefined {
  if (where.kind === 'and') {
    for (const part of where.of) {
      const found = byIndex(table, part);
      if (found) return found;
    }
    return undefined;
  }
  if (where.kind !== 'compare' || !['=', 'in'].includes(where.operator)) return undefined;
  const field = where.path.length === 1 && table.object.byName.get(where.path[0]!.toLowerCase());
  if (!field) return undefined;
  const places = (value: Stored): readonly number[] => {
    if (field.type !== 'id') return table.find(field, value);
    const n = (parseId(String(value))?.n ?? 0) - 1;
    return table.has(n) ? [n] : [];
  };
  if (field.type !== 'id' && !field.isIndexed) return undefined;
  return [...new Set(where.values.flatMap(({ value }) => places(value)))].toSorted((a, b) => a - b);
}

type Test = (n: number) => boolean;

function testOf(api: Api, table: Table, condition: Condition): Test {
  if (condition.kind === 'not') {
    const inner = testOf(api, table, condition.of);
    return (n) => !inner(n);
  }
  if (condition.kind !== 'compare') {
    const parts = condition.of.map((part) => testOf(api, table, part));
    return condition.kind === 'and'
      ? (n) => parts.every((part) => part(n))
      : (n) => parts.some((part) => part(n));
  }
  const field = fieldOf(api, table.object, condition.path);
  if (!isFilterable(field))
    throw new ApiError(
      400,
      'INVALID_FIELD',
      `field '${field.name}' can not be filtered in a query call`,
    );
  const wanted = condition.values.map((literal) => literalOf(field, literal));
  const valueOf = readerOf(api, table, condition.path);
  return comparing({ field, operator: condition.operator, wanted }, valueOf);
}

interface Comparison {
  field: Field;
  operator: string;
  wanted: readonly Stored[];
}

function comparing({ field, operator, wanted }: Comparison, valueOf: (n: number) => Stored): Test {
  const fold = (value: Stored): Stored =>
    typeof value === 'string' && field.type !== 'id' && field.type !== 'reference'
      ? keyOf(field, value)
      : typeof value === 'string'
        ? value.slice(0, 15)
        : value;
  const set = new Set(wanted.map(fold));
  const [first = null] = set;
  if (operator === 'in' || operator === '=') return (n) => set.has(fold(valueOf(n)));
  if (operator === 'not in' || operator === '!=' || operator === '<>')
    return (n) => !set.has(fold(valueOf(n)));
  if (operator === 'like') {
    const pattern = likePattern(String(first));
    return (n) => pattern.test(String(fold(valueOf(n)) ?? ''));
  }
  return (n) => {
    const value = fold(valueOf(n));
    if (value === null || first === null) return false;
    const order = compare(value, first);
    return operator.startsWith('<')
      ? order < 0 || (operator === '<=' && order === 0)
      : order > 0 || (operator === '>=' && order === 0);
  };
}

function likePattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
}

/** Quotes are for texts and ids, and for nothing else. */
function literalOf(field: Field, { kind, value }: Literal): Stored {
  const isBare = ['boolean', 'int', 'double', 'currency', 'percent', 'date', 'datetime', 'time'];
  if (value !== null && isBare.includes(field.type) !== (kind === 'bare'))
    throw new ApiError(
      400,
      'INVALID_FIELD',
      `value of filter criterion for field '${field.name}' must be of type ${field.type} and should ${kind === 'text' ? 'not ' : ''}be enclosed in quotes`,
    );
  if (typeof value !== 'string' || kind === 'text') return value;
  return storedOfText(field, value);
}

function readerOf(api: Api, table: Table, path: readonly string[]): (n: number) => Stored {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    const { at } = table.object.byName.get(name.toLowerCase())!;
    return (n) => table.read(n)[at]!;
  }
  const reference = table.object.byRelationship.get(name.toLowerCase())!;
  const related = api.org.table(objectOf(api, reference.referenceTo[0]!));
  const valueOf = readerOf(api, related, rest);
  return (n) => {
    const id = table.read(n)[reference.at];
    const place = typeof id === 'string' ? api.org.place(id) : undefined;
    return place?.table.has(place.n) ? valueOf(place.n) : null;
  };
}

function compare(a: Stored, b: Stored): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}
