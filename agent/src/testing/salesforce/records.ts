// One record a request: sObject Rows, and sObject Rows by External ID.
import { objectOf } from './api.js';
import type { Api, Resource } from './api.js';
import { changeOfJson } from './change.js';
import { externalField, savingOf } from './collections.js';
import { jsonOf } from './http.js';
import type { Answer, ApiRequest } from './http.js';
import { ApiError, Refusal } from './refusal.js';
import { placeOf } from './save.js';
import type { Saved, Saving } from './save.js';
import type { Field, SObject } from './schema.js';
import { storedOfText } from './value.js';

export function recordResources(api: Api): Resource[] {
  return [
    {
      path: 'sobjects/{object}',
      methods: {
        POST: (request, [name = '']) => {
          const object = objectOf(api, name);
          const { id } = save(api, savingOf(request, 'insert', object), jsonOf(request));
          return { status: 201, body: { id, success: true, errors: [] } };
        },
      },
    },
    {
      path: 'sobjects/{object}/{id}',
      methods: {
        GET: (request, [name = '', id = '']) => read(api, request, [objectOf(api, name), id]),
        PATCH: (request, [name = '', id = '']) => {
          const saving = savingOf(request, 'update', objectOf(api, name));
          const body = jsonOf(request);
          if ('Id' in body || 'id' in body)
            throw new ApiError(
              400,
              'INVALID_FIELD',
              'The Id field should not be specified in the sobject data.',
            );
          save(api, saving, { ...body, Id: id });
          return { status: 204 };
        },
        DELETE: (request, [name = '', id = '']) => {
          save(api, savingOf(request, 'delete', objectOf(api, name)), { Id: id });
          return { status: 204 };
        },
      },
    },
    {
      path: 'sobjects/{object}/{field}/{value}',
      methods: {
        GET: (request, [name = '', field = '', value = '']) => {
          const object = objectOf(api, name);
          const [only] = matches(api, request, [object, externalField(object, field), value]);
          if (only === undefined)
            throw new ApiError(404, 'NOT_FOUND', 'The requested resource does not exist');
          return read(api, request, [object, api.org.table(object).idOf(only)]);
        },
        PATCH: (request, [name = '', field = '', value = '']) =>
          upsert(api, request, [objectOf(api, name), field, value]),
      },
    },
  ];
}

/** A refusal of the only record is the answer. */
function save(api: Api, saving: Saving, record: Record<string, unknown>): Saved {
  const objectOfName = (name: string): SObject | undefined => api.org.object(name);
  const change = asAnswer(() =>
    changeOfJson({ object: saving.object, objectOf: objectOfName }, record),
  );
  const [saved] = api.saver.saveChunk(saving, [change]);
  if (saved instanceof Refusal) throw answered(saved);
  return saved!;
}

function asAnswer<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof Refusal ? answered(error) : error;
  }
}

const missing = ['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'];

function answered({ statusCode, message, fields }: Refusal): ApiError {
  const status = missing.includes(statusCode) && fields.length === 0 ? 404 : 400;
  return new ApiError(status, statusCode, message, fields);
}

function read(api: Api, request: ApiRequest, [object, id]: [SObject, string]): Answer {
  const table = api.org.table(object);
  const n = asAnswer(() => placeOf(api.org, object, id));
  const url = `/services/data/v${request.version}/sobjects/${object.name}/${table.idOf(n)}`;
  const wanted = request.query.get('fields')?.split(',') ?? object.fields.map(({ name }) => name);
  const values = table.read(n);
  const entries = wanted.map((name) => {
    const field = object.byName.get(name.toLowerCase());
    if (!field)
      throw new ApiError(
        400,
        'INVALID_FIELD',
        `No such column '${name}' on sobject of type ${object.name}`,
      );
    return [field.name, values[field.at]];
  });
  return {
    status: 200,
    body: { attributes: { type: object.name, url }, ...Object.fromEntries(entries) },
  };
}

/** More than one is answered with 300 and their addresses. */
function matches(
  api: Api,
  { version }: ApiRequest,
  [object, by, text]: [SObject, Field | undefined, string],
): readonly number[] {
  if (!by) throw new ApiError(400, 'INVALID_FIELD', 'Provided external ID field is Id');
  const table = api.org.table(object);
  const found = table.find(
    by,
    asAnswer(() => storedOfText(by, text)),
  );
  if (found.length > 1)
    throw new MultipleChoices(
      found.map((n) => `/services/data/v${version}/sobjects/${object.name}/${table.idOf(n)}`),
    );
  return found;
}

export class MultipleChoices extends Error {
  constructor(readonly urls: readonly string[]) {
    super('More than one record has this external id.');
  }
}

function upsert(
  api: Api,
  request: ApiRequest,
  [object, fieldName, text]: [SObject, string, string],
): Answer {
  const by = externalField(object, fieldName);
  if (!by) {
    save(api, savingOf(request, 'update', object), { ...jsonOf(request), Id: text });
    return { status: 204 };
  }
  matches(api, request, [object, by, text]);
  const body = jsonOf(request);
  if (Object.keys(body).some((name) => name.toLowerCase() === by.name.toLowerCase()))
    throw new ApiError(
      400,
      'INVALID_FIELD',
      `The ${by.name} field should not be specified in the sobject data.`,
    );
  const value = asAnswer(() => storedOfText(by, text));
  const saved = save(
    api,
    { ...savingOf(request, 'upsert', object), by },
    { ...body, [by.name]: value },
  );
  return {
    status: saved.created ? 201 : 200,
    body: { id: saved.id, success: true, errors: [], created: saved.created },
  };
}
