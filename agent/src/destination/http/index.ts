import { defineDestination } from '../../connector/destination.js';
import type {
  Batch,
  JsonRecord,
  OperationKind,
  Outcome,
  Target,
  TargetRequest,
} from '../../connector/destination.js';
import { jsonValueOf } from '../../connector/lines.js';
import type { SettingsOf } from '../../connector/field.js';
import { openHttpClient } from '../../connector/http.js';
import type { HttpClient, HttpRequest } from '../../connector/http.js';
import { hostOf } from '../../connector/journey.js';
import { readSettings } from '../../connector/settings.js';
import { compileTemplate } from '../../connector/template.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { doneAlready, outcomesOf } from './answers.js';
import { openRecordFinder } from './finder.js';
import { lookupOptions } from './lookup-options.js';
import { defaultMethods, requestsFor } from './requests.js';
import type { Call, Shape } from './requests.js';
import { checkFixedUrl, compileUrl } from './url.js';
import type { UrlTemplate } from './url.js';

/** As many as a connection may be set to; unless it is, `limits` says how many. */
const mostAtOnce = 256;

const call = (label: string) =>
  ({
    type: 'group',
    label,
    fields: {
      method: {
        type: 'choice',
        label: 'Method',
        choices: ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'],
      },
      url: {
        type: 'template',
        label: 'URL',
        help: 'Relative to the base URL; Liquid over the record.',
      },
      body: {
        type: 'template',
        label: 'Body',
        help: 'Liquid over the record; the record as JSON unless given.',
      },
    },
  }) as const;

const options = {
  added: call('When a row is added'),
  changed: call('When a row has changed'),
  removed: call('When a row has left the query'),
  batch: {
    type: 'group',
    label: 'Batch',
    fields: {
      size: { type: 'number', label: 'Rows in a request', default: 1, minimum: 1, maximum: 10_000 },
      shape: {
        type: 'text',
        label: 'Shape',
        help: 'array, ndjson, or the name of the field that holds the array.',
        default: 'array',
      },
    },
  },
  results: {
    type: 'group',
    label: 'Results by row',
    fields: {
      path: {
        type: 'text',
        label: 'Path',
        help: 'Dotted path to the array of results in the answer.',
        default: '',
      },
      status: { type: 'text', label: 'Status field', default: 'status' },
      ok: {
        type: 'textList',
        label: 'Statuses that mean taken',
        default: ['ok', 'success', 'true', '200', '201', '204'],
      },
    },
  },
  repeatable: {
    type: 'boolean',
    label: 'Sending twice does no harm',
    help: 'True for PUT, PATCH and DELETE unless set.',
  },
  ...lookupOptions,
} as const;

export default defineDestination({
  name: 'http',
  label: 'HTTP request',
  client: 'undici',
  settings: {
    baseUrl: { type: 'text', label: 'Base URL', required: true },
    headers: { type: 'textMap', label: 'Headers' },
    timeout: { type: 'number', label: 'Timeout (seconds)', default: 30, minimum: 1, maximum: 600 },
    secretHeader: { type: 'text', label: 'Header for the secret', default: 'authorization' },
  },
  secrets: {
    secret: { type: 'text', label: 'Secret header value', help: 'For example "Bearer …".' },
  },
  place: ['baseUrl'],
  limits: { requestsPerSecond: 0, concurrency: 16 },
  objects: [
    {
      name: '*',
      label: 'Endpoint',
      modes: ['upsert', 'create', 'mirror', 'append'],
      removals: ['nothing', 'delete', 'archive', 'clear', 'set'],
      firstRun: 'send',
      needsKey: false,
      options,
      alsoIn: (given) => {
        const { added, changed, removed, lookup, missing } = readSettings(options, given);
        return [added, changed, removed, lookup, missing].flatMap((one) => one?.url ?? []);
      },
    },
  ],
  lookups: 'create',
  advice,
  hosts: ({ baseUrl }) => hostOf(baseUrl),
  open: ({ settings, secrets }) => {
    const base = baseOf(settings.baseUrl);
    const client = openHttpClient({ connections: mostAtOnce, timeoutMs: settings.timeout * 1000 });
    const headers = {
      ...settings.headers,
      ...(secrets.secret ? { [settings.secretHeader]: secrets.secret } : {}),
    };
    return {
      check: async (signal) => {
        await client
          .send({ method: 'HEAD', url: base, headers }, signal)
          .catch((error: unknown) => {
            // An endpoint that has no HEAD is there all the same.
            if (!(error instanceof Failure) || error.kind !== 'REJECTED') throw error;
          });
      },
      open: async (request) => openEndpoint(client, { base, headers, request }),
      openFinder: async (request) =>
        openRecordFinder(request, readSettings(options, request.options), {
          client,
          baseUrl: base,
          headers,
        }),
      close: () => client.close(),
    };
  },
});

function openEndpoint(
  client: HttpClient,
  {
    base,
    headers,
    request,
  }: { base: string; headers: Readonly<Record<string, string>>; request: TargetRequest },
): Target {
  const chosen = readSettings(options, request.options);
  checkRemoval(request, chosen.removed);
  const size = chosen.batch?.size ?? 1;
  const shape: Shape = {
    baseUrl: base,
    headers,
    wrap: chosen.batch?.shape ?? 'array',
    single: size === 1,
    fields: [...request.key, ...request.fields],
  };
  const urlsAndBodies = (['added', 'changed', 'removed'] as const).map((change) => {
    const templates = templatesOf(chosen[change], request.object);
    checkUrl(templates.url, { size, base });
    return [change, templates] as const;
  });
  const templates = new Map(urlsAndBodies);
  const callFor = ({ kind, change }: Pick<Batch, 'kind' | 'change'>): Call => ({
    method: chosen[change]?.method ?? defaultMethods[kind] ?? 'POST',
    ...(templates.get(change) ?? templatesOf(undefined, request.object)),
  });
  const makers = new Map<string, (batch: Batch) => HttpRequest>();
  const requestOf = (batch: Batch): HttpRequest => {
    const name = `${batch.change} ${batch.kind}`;
    const instead = insteadOf(batch.kind, request);
    const make = makers.get(name) ?? requestsFor(callFor(batch), { ...shape, instead });
    makers.set(name, make);
    return make(batch);
  };
  return {
    maxRows: size,
    maxBytes: 4 << 20,
    concurrency: mostAtOnce,
    isRepeatable: (kind, change) => chosen.repeatable ?? isSafe(callFor({ kind, change }).method),
    deliver: async (batch, signal) =>
      deliver(batch, {
        client,
        request: { ...requestOf(batch), lastCheck: request.lastCheck },
        results: chosen.results,
        signal,
      }),
    close: async () => undefined,
  };
}

async function deliver(
  batch: Batch,
  to: {
    client: HttpClient;
    request: HttpRequest;
    results: SettingsOf<typeof options>['results'];
    signal: AbortSignal;
  },
): Promise<Outcome[]> {
  try {
    const answer = await to.client.send(to.request, to.signal);
    return outcomesOf(batch, { request: to.request, answer }, to.results);
  } catch (error) {
    // Said of many rows at once it may mean one of them: the engine looks for it.
    const done =
      error instanceof Failure && batch.size === 1 && doneAlready(batch, error.vendorCode);
    if (done) return [done];
    throw error;
  }
}

/** What a removal writes into the record instead of what it had. */
function insteadOf(kind: OperationKind, { fields, set }: TargetRequest): JsonRecord | undefined {
  if (kind === 'clear') return Object.fromEntries(fields.map(({ name }) => [name, null]));
  if (kind !== 'set') return undefined;
  return Object.fromEntries(set.map(({ name, type, text }) => [name, jsonValueOf(text, type)]));
}

/** Every endpoint archives in a way of its own; a guess would write who knows what. */
function checkRemoval({ removal, fields, set }: TargetRequest, removed: unknown): void {
  if (removal === 'archive' && !removed)
    throw new Failure(
      'CONFIG',
      'destination.archive_missing',
      'Nobody said how the endpoint archives a record. Set options.removed.',
    );
  if (removal === 'clear' && fields.length === 0)
    throw new Failure(
      'CONFIG',
      'destination.clear_missing',
      'onRemoved: clear needs fields that can be cleared.',
    );
  if (removal === 'set' && set.length === 0)
    throw new Failure('CONFIG', 'destination.set_missing', 'onRemoved.set names no field.');
}

/** Parsed once: a template that can't be parsed stops the run before anything is sent. */
function templatesOf(
  given: { url: string | undefined; body: string | undefined } | undefined,
  object: string,
): Omit<Call, 'method'> {
  return {
    url: compileUrl((given?.url ?? object).replace(/^\//, '')),
    body: given?.body === undefined ? undefined : compileTemplate(given.body),
  };
}

/** A request for many rows has one URL, and one that no row has a part in is right or wrong before anything is sent. */
function checkUrl(url: UrlTemplate, { size, base }: { size: number; base: string }): void {
  if (url.variables.length === 0) return checkFixedUrl(url, base);
  if (size === 1) return;
  throw new Failure(
    'CONFIG',
    'destination.url_of_one_row',
    'A URL that names a row needs batch.size 1. Take the columns out of the URL, or the batch.',
    { detail: url.variables.join(', ') },
  );
}

function isSafe(method: string): boolean {
  return method === 'PUT' || method === 'DELETE' || method === 'PATCH';
}

function baseOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new Failure('CONFIG', 'settings.invalid', 'baseUrl must be an http or https address.');
  if (/[?#]/.test(url) || parsed.username || parsed.password)
    throw new Failure(
      'CONFIG',
      'settings.invalid',
      'baseUrl must have no query, fragment or user. Write a query into the URLs, a credential into the secret.',
    );
  return url;
}
