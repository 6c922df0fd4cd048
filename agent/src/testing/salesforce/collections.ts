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
  record: Record<string, unknown>;
}

function write(api: Api, request: ApiRequest, operation: Operation): Answer {
  const { records, allOrNone } = recordsOf(api, request);
  const outcomes: Outcome[] = [];
  for (const run of runsOf(records)) {
    const saving = savingOf(request, operation, run[0]!.object);
    outcomes.push(...save(api, saving, run));
  }
  return answerOf(outcomes, { allOrNone, withCreated: false });
}

function upsert(api: Api, request: ApiRequest, [object, field]: [string, string]): Answer {
  const sobject = objectOf(api, object);
  const by = externalField(sobject, field);
  const { records, allOrNone } = recordsOf(api, request);
  if (records.some((entry) => entry.object !== sobject))
    throw new ApiError(400, 'INVALID_FIELD', `Records must be of type ${sobject.name}`);
  const saving = { ...savingOf(request, 'upsert', sobject), by };
  return answerOf(save(api, saving, records), { allOrNone, withCreated: true });
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
  const outcomes = ids.flatMap((id): Outcome[] => {
    const object = api.org.place(id)?.table.object;
    if (!object) return [{ id, result: new Refusal('MALFORMED_ID', `malformed id ${id}`) }];
    const change: Change = { id, values: [], related: [] };
    return api.saver
      .saveChunk(savingOf(request, 'delete', object), [change])
      .map((result) => ({ id, result }));
  });
  return answerOf(outcomes, {
    allOrNone: request.query.get('allOrNone') === 'true',
    withCreated: false,
  });
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

function recordsOf(api: Api, request: ApiRequest): { records: Entry[]; allOrNone: boolean } {
  const { records, allOrNone = false } = jsonOf(request);
  if (!Array.isArray(records))
    throw new ApiError(
      400,
      'JSON_PARSER_ERROR',
      'records is missing or no array at [line:1, column:2]',
    );
  checkNumber(records.length);
  const entries = (records as Record<string, unknown>[]).map((record): Entry => {
    const type = (record['attributes'] as { type?: unknown } | undefined)?.type;
    const object = typeof type === 'string' ? api.org.object(type) : undefined;
    if (object) return { object, record };
    if (typeof type !== 'string')
      throw new ApiError(400, 'INVALID_TYPE', 'SObject type is missing in attributes');
    throw new ApiError(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
  });
  return { records: entries, allOrNone: allOrNone === true };
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
  const objectOfName = (name: string): SObject | undefined => api.org.object(name);
  const changes = entries.map(({ object, record }) => {
    try {
      return changeOfJson({ object, objectOf: objectOfName }, record);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  });
  return api.saver.saveChunk(saving, changes).map((result, n) => {
    const change = changes[n];
    return { id: change instanceof Refusal ? null : (change?.id ?? null), result };
  });
}

function answerOf(
  outcomes: readonly Outcome[],
  { allOrNone, withCreated }: { allOrNone: boolean; withCreated: boolean },
): Answer {
  if (allOrNone && outcomes.some(({ result }) => result instanceof Refusal))
    throw new ApiError(501, 'NOT_IMPLEMENTED', 'This test double does not roll back (allOrNone).');
  return { status: 200, body: outcomes.map((outcome) => resultOf(outcome, withCreated)) };
}

function resultOf({ id, result }: Outcome, withCreated: boolean): object {
  if (!(result instanceof Refusal))
    return {
      id: result.id,
      success: true,
      errors: [],
      ...(withCreated && { created: result.created }),
    };
  return {
    ...(id && { id }),
    success: false,
    errors: [errorOf(result)],
    ...(withCreated && { created: false }),
  };
}

function errorOf({ statusCode, message, fields }: Refusal): object {
  return { statusCode, message, fields };
}
