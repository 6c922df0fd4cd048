// sObject Collections: up to 200 records a request, each answered for itself.
import { changeOfJson } from './change.js';
import type { Change } from './change.js';
import { objectOf } from './api.js';
import type { Api, Resource } from './api.js';
import { jsonOf } from './http.js';
import type { Answer, ApiRequest } from './http.js';
import { ApiError, noColumn, Refusal } from './refusal.js';
import type { Operation } from './operation.js';
import type { Saved, Saving } from './save.js';
import type { Field, SObject } from './schema.js';

const maxRecords = 200;
/** Runs of records of the same object. */
const maxRuns = 10;

export function collectionResources(api: Api): Resource[] {
  return [
    {
      path: 'composite/sobjects',
      methods: {
        POST: (request) => write(api, request, 'insert'),
        PATCH: (request) => write(api, request, 'update'),
        DELETE: (request) => remove(api, request),
      },
    },
    {
      path: 'composite/sobjects/{object}/{field}',
      methods: {
        PATCH: (request, [object = '', field = '']) => upsert(api, request, [object, field]),
      },
    },
  ];
}

interface Entry {
  object: SObject;
  change: Change | Refusal;
}

function write(api: Api, request: ApiRequest, operation: Operation): Answer {
  const outcomes = runsOf(entriesOf(api, request)).flatMap((run) =>
    save(api, savingOf(request, operation, run[0]!.object), run),
  );
  return { status: 200, body: outcomes.map(resultOf) };
}

function upsert(api: Api, request: ApiRequest, [object, field]: [string, string]): Answer {
  const sobject = objectOf(api, object);
  const by = externalField(sobject, field);
  const entries = entriesOf(api, request);
  if (entries.some((entry) => entry.object !== sobject))
    throw new ApiError(400, 'INVALID_FIELD', `Records must be of type ${sobject.name}`);
  const outcomes = save(api, { ...savingOf(request, 'upsert', sobject), by }, entries);
  const body = outcomes.map((outcome) => ({
    ...resultOf(outcome),
    created: !(outcome.result instanceof Refusal) && outcome.result.created,
  }));
  return { status: 200, body };
}

/** Undefined is `Id`. */
export function externalField(object: SObject, name: string): Field | undefined {
  const field = object.byName.get(name.toLowerCase());
  if (field?.type === 'id') return undefined;
  if (field?.externalId) return field;
  if (!field) throw noColumn(name, object.name);
  throw new ApiError(
    400,
    'INVALID_FIELD',
    `${field.name} is not an External ID or indexed field for ${object.name}`,
  );
}

function remove(api: Api, request: ApiRequest): Answer {
  const ids = (request.query.get('ids') ?? '').split(',').filter(Boolean);
  if (ids.length === 0) throw new ApiError(400, 'REQUIRED_FIELD_MISSING', 'Ids are missing');
  checkNumber(ids.length);
  checkRollback(request.query.get('allOrNone'));
  const outcomes = ids.flatMap((id): Outcome[] => {
    const object = api.org.place(id)?.table.object;
    if (!object) return [{ id, result: new Refusal('MALFORMED_ID', `malformed id ${id}`) }];
    const change: Change = { id, values: [], related: [] };
    return api.saver
      .saveChunk(savingOf(request, 'delete', object), [change])
      .map((result) => ({ id, result }));
  });
  return { status: 200, body: outcomes.map(resultOf) };
}

export function savingOf(
  { headers, version }: ApiRequest,
  operation: Operation,
  object: SObject,
): Saving {
  const duplicates = String(headers['sforce-duplicate-rule-header'] ?? '');
  return {
    operation,
    object,
    // From version 52.0 on.
    allowDuplicates: Number(version) >= 52 && /allowsave\s*=\s*true/i.test(duplicates),
    via: 'rest',
  };
}

/** All are read before the first is written. */
function entriesOf(api: Api, request: ApiRequest): Entry[] {
  const { records, allOrNone } = jsonOf(request);
  if (!Array.isArray(records))
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      'records is missing or no array at [line:1, column:2]',
    );
  checkNumber(records.length);
  checkRollback(allOrNone);
  return records.map((record: unknown): Entry => {
    if (typeof record !== 'object' || record === null)
      throw new ApiError(400, 'JSON_PARSER_ERROR', 'A record is no object at [line:1, column:2]');
    const object = typeIn(api, record);
    return { object, change: changeIn(api, { object, record }) };
  });
}

function typeIn(api: Api, record: { attributes?: { type?: unknown } | null }): SObject {
  const type = record.attributes?.type;
  if (typeof type !== 'string')
    throw new ApiError(400, 'INVALID_TYPE', 'SObject type is missing in attributes');
  const object = api.org.object(type);
  if (object) return object;
  throw new ApiError(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
}

function changeIn(
  { org }: Api,
  { object, record }: { object: SObject; record: object },
): Change | Refusal {
  try {
    const reader = { object, objectOf: (name: string) => org.object(name) };
    return changeOfJson(reader, record as Record<string, unknown>);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function checkRollback(allOrNone: unknown): void {
  if (String(allOrNone) === 'true')
    throw new ApiError(501, 'NOT_IMPLEMENTED', 'This test double does not roll back (allOrNone).');
}

function checkNumber(records: number): void {
  if (records > maxRecords)
    throw new ApiError(
      400,
      'EXCEEDED_MAX_SIZE_REQUEST',
      `Maximum number of records in a request is ${maxRecords}`,
    );
}

function runsOf(records: readonly Entry[]): Entry[][] {
  const runs: Entry[][] = [];
  for (const entry of records) {
    const last = runs.at(-1);
    if (last?.[0]?.object === entry.object) last.push(entry);
    else runs.push([entry]);
  }
  if (runs.length > maxRuns)
    throw new ApiError(400, 'EXCEEDED_MAX_SIZE_REQUEST', `A request can have ${maxRuns} chunks`);
  return runs;
}

interface Outcome {
  id: string | null;
  result: Saved | Refusal;
}

function save(api: Api, saving: Saving, entries: readonly Entry[]): Outcome[] {
  const changes = entries.map(({ change }) => change);
  return api.saver.saveChunk(saving, changes).map((result, n) => {
    const change = changes[n];
    return { id: change instanceof Refusal ? null : (change?.id ?? null), result };
  });
}

function resultOf({ id, result }: Outcome): object {
  if (!(result instanceof Refusal)) return { id: result.id, success: true, errors: [] };
  return { ...(id && { id }), success: false, errors: [errorOf(result)] };
}

function errorOf({ statusCode, message, fields }: Refusal): object {
  return { statusCode, message, fields };
}
