// The demo's HTTP endpoint: takes cities in batches, answers for each, keeps what it took, and shows it on a page.
//
//   POST /cities           { "records": [{ id, name, country, population }] }   added
//   PUT  /cities           the same                                              changed
//   POST /cities/removed   { "records": [{ id }] }                               removed
//
// Each answers { "results": [{ "status": 200 }, { "status": 422, "error": "…" }] }, one for each record, in order.
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type pg from 'pg';
import { pageOf } from './receiver-page.js';
import { readState } from './receiver-state.js';

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  port: number;
  database: pg.Pool;
  /** What the header `authorization` must be. */
  authorization: string;
}

interface Answer {
  status: number;
  type: 'application/json' | 'text/html; charset=utf-8';
  body: string;
}

interface Result {
  status: number;
  error?: string;
}

type What = 'added' | 'changed' | 'removed';

const maxBodyBytes = 8 << 20;
const routes: Readonly<Record<string, What>> = {
  'POST /cities': 'added',
  'PUT /cities': 'changed',
  'POST /cities/removed': 'removed',
};

export async function openReceiver(options: ReceiverOptions): Promise<Receiver> {
  const server = createServer((request, response) => void serve(request, response, options));
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${options.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ReceiverOptions,
): Promise<void> {
  const answer = await answerTo(request, options).catch((error: unknown) =>
    json(500, { error: error instanceof Error ? error.message : String(error) }),
  );
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

async function answerTo(request: IncomingMessage, options: ReceiverOptions): Promise<Answer> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const route = `${request.method} ${path}`;
  const what = routes[route];
  if (what) return take(what, request, options);
  if (path !== '/') return json(404, { error: `There is no ${route} here.` });
  if (request.method === 'HEAD') return { status: 200, type: 'text/html; charset=utf-8', body: '' };
  const body = pageOf(await readState(options.database));
  return { status: 200, type: 'text/html; charset=utf-8', body };
}

async function take(
  what: What,
  request: IncomingMessage,
  { database, authorization }: ReceiverOptions,
): Promise<Answer> {
  const body = await readBody(request);
  if (!isSame(request.headers.authorization ?? '', authorization))
    return json(401, { error: 'The header authorization is not the one expected.' });
  if (body === undefined) return json(413, { error: 'More than 8 MiB in one request.' });
  const records = recordsIn(body);
  if (!records) return json(400, { error: 'Expected { "records": [ … ] }.' });
  const results = records.map((record) => check(record, what));
  const taken = records.filter((_, n) => (results[n]?.status ?? 0) < 300);
  await keep(database, what, { taken, refused: records.length - taken.length });
  return json(200, { results });
}

/** Undefined when it is too large; what is too much is read and dropped, so that the sender hears the answer. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  return bytes <= maxBodyBytes ? Buffer.concat(chunks).toString() : undefined;
}

function isSame(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function recordsIn(body: string): unknown[] | undefined {
  try {
    const { records } = JSON.parse(body) as { records?: unknown };
    return Array.isArray(records) ? records : undefined;
  } catch {
    return undefined;
  }
}

function check(record: unknown, what: What): Result {
  const { id, name, country, population } = (record ?? {}) as Record<string, unknown>;
  if (!Number.isSafeInteger(id)) return { status: 422, error: 'id must be a whole number.' };
  if (what === 'removed') return { status: 200 };
  if (typeof name !== 'string' || name === '') return { status: 422, error: 'name is missing.' };
  if (typeof country !== 'string') return { status: 422, error: 'country is missing.' };
  if (typeof population !== 'number' || population < 0)
    return { status: 422, error: 'population must be a number from 0 on.' };
  return { status: what === 'added' ? 201 : 200 };
}

const keepSql: Readonly<Record<'put' | 'remove', string>> = {
  // The last one wins when a city comes twice in one request.
  put: `with record as (
      select distinct on (id) (body ->> 'id')::bigint as id, body
      from jsonb_array_elements($1::jsonb) with ordinality as r (body, n) order by id, n desc)
    insert into city (id, body) select id, body from record
    on conflict (id) do update set body = excluded.body, received_at = now()`,
  remove: `delete from city where id in
    (select (body ->> 'id')::bigint from jsonb_array_elements($1::jsonb) as r (body))`,
};

async function keep(
  database: pg.Pool,
  what: What,
  { taken, refused }: { taken: unknown[]; refused: number },
): Promise<void> {
  // Kept first: what is counted was kept.
  await database.query(keepSql[what === 'removed' ? 'remove' : 'put'], [JSON.stringify(taken)]);
  await database.query('insert into request (what, taken, refused) values ($1, $2, $3)', [
    what,
    taken.length,
    refused,
  ]);
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
