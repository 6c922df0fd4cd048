import { STATUS_CODES } from 'node:http';
import type { Endpoint, Schema } from './endpoint.js';
import { components } from './components.js';

/** Any request can meet these. */
const anyTime = [400, 401, 403, 429, 500];
/** And these, where there is a body. */
const ofBodies = [413, 415];
const replayed: Schema = {
  description: 'true where the key was sent before: the runs of that request, as they are now.',
  schema: { type: 'string', enum: ['true'] },
};
const idempotencyKey: Schema = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Names this wish. Sent again within 24 hours it starts nothing again; with another body it is refused. What was refused is not remembered.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** What there is to ask, as OpenAPI 3.1.0 (15 February 2021) describes it: made from what requests are checked by. */
export function openApiOf(endpoints: readonly Endpoint[], publicUrl: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] ??= {};
    Object.assign(paths[endpoint.path] ?? {}, { [endpoint.method]: operationOf(endpoint) });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Drawbridge',
      version: '1',
      summary: 'Starts runs and waits for them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${publicUrl.replace(/\/$/, '')}/api/v1` }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key: dbk_…' },
      },
    },
  };
}

function operationOf(endpoint: Endpoint): object {
  const { operationId, summary, description, permission, body } = endpoint;
  const said = [description, `Permission: ${permission}.`].filter(Boolean).join(' ');
  return {
    operationId,
    summary,
    description: said,
    parameters: parametersOf(endpoint),
    ...(body && {
      requestBody: {
        required: body.isRequired,
        content: { 'application/json': { schema: body.schema, example: body.example } },
      },
    }),
    responses: responsesOf(endpoint),
  };
}

const parametersOf = ({ parameters, query = {}, takesIdempotencyKey }: Endpoint): object[] => [
  ...Object.entries(parameters).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    schema,
  })),
  ...Object.entries(query).map(([name, schema]) => ({ name, in: 'query', schema })),
  ...(takesIdempotencyKey ? [idempotencyKey] : []),
];

function responsesOf({ answers, problems, body, takesIdempotencyKey }: Endpoint): object {
  const headers = takesIdempotencyKey ? { 'Idempotency-Replayed': replayed } : {};
  const good = Object.entries(answers).map(([status, { description, schema, isStream }]) => [
    status,
    {
      description,
      headers,
      content: {
        [isStream ? 'application/x-ndjson' : 'application/json']: { schema: refTo(schema) },
      },
    },
  ]);
  const statuses = new Set([...anyTime, ...problems, ...(body ? ofBodies : [])]);
  const bad = [...statuses].map((status) => [
    String(status),
    {
      description: STATUS_CODES[status] ?? '',
      content: { 'application/problem+json': { schema: refTo('Problem') } },
    },
  ]);
  return Object.fromEntries([...good, ...bad]);
}

const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
