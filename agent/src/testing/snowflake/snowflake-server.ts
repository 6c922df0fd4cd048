// A test double of Snowflake over DuckDB, for tests and for `npm start`: the real driver talks to it, and no one should keep
// data in it.
//
// It covers the driver's protocol: signing in (password, key pair, OAuth and programmatic access tokens), renewal and loss of
// sessions, queries that are waited for, asked for again (333333) or run on (333334), their cancellation and status, results
// in chunks, binds, errors with code and SQL state, many statements in one text where the session allows them; and of SQL what
// tests of a source and its demo say: every type, DML with its counts, DDL, transactions, roles and grants, parameters,
// INFORMATION_SCHEMA and SHOW, stages, storage integrations, and COPY INTO a bucket as Parquet.
// It does not cover: Arrow results, MFA and browsers, procedures, named file formats, PUT and GET, grants on future objects,
// time travel, structured types and DECFLOAT, nanoseconds of timestamps unless a column is TIMESTAMP_NTZ(9), lengths of text,
// and division of numbers, which gives a float. Temporary tables are seen by other sessions, too, until theirs ends, and with it
// end the chunks of its results; each role of Snowflake's own but ACCOUNTADMIN and SYSADMIN has only what it was granted.
// Written from docs.snowflake.com (SQL reference, parameters, access control, COPY INTO <location>), the driver's source
// (snowflake-sdk 3.3.0) and the answers in its public tests, read in November 2026.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { Account } from './account.js';
import type { User } from './account.js';
import type { BucketKeys } from './bucket-door.js';
import { heardOf, sendJson } from './exchange.js';
import type { Heard } from './exchange.js';
import { refusal } from './answers.js';
import { takeMood } from './moods.js';
import type { Mood } from './moods.js';
import { Query } from './query.js';
import { ResultStore } from './result/result-store.js';
import { route } from './routes.js';
import type { Service } from './routes.js';
import { Session, Sessions } from './session.js';
import { SnowflakeError } from './snowflake-error.js';
import { runText } from './statement/run.js';
import { Binds } from './binds.js';

export interface SnowflakeOptions {
  /** Its address as clients have it, where something stands between; its own unless given. */
  publicUrl?: string;
  /** A free one unless given. */
  port?: number;
  /** `DRAWBRIDGE_TEST` unless given. */
  account?: string;
  /** One administrator, `user` and `password` of the server, unless given. */
  users?: readonly User[];
  moods?: Mood[];
  /** Buckets that storage integrations reach, by their names. */
  buckets?: Readonly<Record<string, BucketKeys>>;
  /** Seconds that tokens are good for; an hour, and four. */
  validity?: { session: number; master: number };
  /** See `Service`; 45 s unless given. */
  answerWithinMs?: number;
  /** How large a chunk of a result is before it is compressed; 8 MiB unless given. */
  chunkBytes?: number;
  /**
   * How much of a result goes with the answer itself; 100 KiB unless given. With 0, a result has either no chunks, or all
   * of its rows in chunks: only so the driver (3.3.0) can take new addresses of chunks, since it counts what goes with the
   * answer as a chunk, too.
   */
  headBytes?: number;
}

export interface SnowflakeServer {
  /** The `accessUrl` of the driver. */
  url: string;
  account: string;
  user: string;
  password: string;
  warehouse: string;
  database: string;
  schema: string;
  /** Runs statements as the administrator, and gives the rows of the last one as the wire has them. */
  execute(sql: string): Promise<(string | null)[][]>;
  moods: Mood[];
  /** What it has heard, but for the bodies of telemetry. */
  requests: Heard[];
  queries(): Query[];
  sessions(): Session[];
  /** Ends the tokens of all sessions: `session` tokens can be renewed (390112), with `master` ones not (390114). */
  expireTokens(which: 'session' | 'master'): void;
  /** All sessions are gone (390111), or their tokens unknown (390104). */
  forget(how: 'gone' | 'unknown'): void;
  /** Addresses of chunks that were given out are refused from now on (403); new ones can be asked for. */
  expireChunks(): void;
  close(): Promise<void>;
}

const place = { warehouse: 'COMPUTE_WH', database: 'ANALYTICS', schema: 'PUBLIC' };

export async function openSnowflakeServer(
  options: SnowflakeOptions = {},
): Promise<SnowflakeServer> {
  const account = await Account.open((options.account ?? 'DRAWBRIDGE_TEST').toUpperCase());
  const administrator = {
    name: 'DRAWBRIDGE',
    password: `pw-${randomUUID()}`,
    defaultRole: 'ACCOUNTADMIN',
    defaultWarehouse: place.warehouse,
  };
  const users = options.users ?? [administrator];
  for (const user of users) account.users.set(user.name.toUpperCase(), user);
  for (const [name, keys] of Object.entries(options.buckets ?? {})) account.buckets.set(name, keys);
  account.warehouses.add(place.warehouse);
  await account.createDatabase(place.database);
  const service: Service = {
    url: '',
    account,
    sessions: new Sessions(),
    store: new ResultStore(options.chunkBytes ?? 8 * 1024 * 1024, options.headBytes ?? 100 * 1024),
    queries: new Map(),
    validity: options.validity ?? { session: 3600, master: 14_400 },
    answerWithinMs: options.answerWithinMs ?? 45_000,
    chunkEra: 0,
  };
  const moods = options.moods ?? [];
  const requests: Heard[] = [];
  const server = createServer(
    (request, response) => void serve({ service, moods, requests, request, response }),
  );
  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  service.url = options.publicUrl ?? url;
  const [first = administrator] = users;
  return {
    url,
    account: account.name,
    user: first.name,
    password: first.password ?? '',
    ...place,
    execute: makeExecute(service),
    moods,
    requests,
    queries: () => [...service.queries.values()],
    sessions: () => [...service.sessions.all],
    expireTokens: (which) => {
      for (const session of service.sessions.all) {
        session.tokenEndsAt = 0;
        if (which === 'master') session.masterEndsAt = 0;
      }
    },
    forget: (how) => {
      if (how === 'unknown') service.sessions.all.clear();
      else for (const session of service.sessions.all) session.isGone = true;
    },
    expireChunks: () => void (service.chunkEra += 1),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      for (const query of service.queries.values()) query.cancel();
      await Promise.all([...service.queries.values()].map(({ done }) => done));
      account.close();
      await service.store.close();
    },
  };
}

function makeExecute(service: Service): SnowflakeServer['execute'] {
  const session = new Session('DRAWBRIDGE', 'ACCOUNTADMIN', { session: 1, master: 1 });
  Object.assign(session, place);
  return async (sql) => {
    const parameters = new Map([...session.parameters, ['MULTI_STATEMENT_COUNT', '0']]);
    const query = new Query(session, randomUUID(), sql, parameters);
    query.begin(() => runText(service, query, Binds.of(undefined)));
    await query.done;
    if (query.error) throw query.error;
    const last = query.result?.children?.at(-1)?.result ?? query.result;
    return JSON.parse(`[${last?.rows.head ?? ''}]`) as (string | null)[][];
  };
}

interface Exchange {
  service: Service;
  moods: readonly Mood[];
  requests: Heard[];
  request: IncomingMessage;
  response: ServerResponse;
}

async function serve({ service, moods, requests, request, response }: Exchange): Promise<void> {
  try {
    const heard = await heardOf(request);
    requests.push(heard);
    const mood = takeMood(moods, heard);
    if (mood === 'hang') return;
    if (mood === 'cut before') return void request.socket.destroy();
    if (mood === 'cut after' || mood === 'cut within') cutAnswer(response, mood);
    if (typeof mood === 'object' && 'status' in mood)
      return void response
        .writeHead(mood.status, { 'Content-Type': 'text/plain', ...mood.headers })
        .end(mood.body);
    if (typeof mood === 'object' && 'code' in mood)
      return sendJson(
        response,
        200,
        refusal(new SnowflakeError(mood.code, mood.sqlState ?? '08001', mood.message)),
      );
    const runsUntil = typeof mood === 'object' ? mood.runsUntil : undefined;
    await route({ service, heard, response, ...(runsUntil && { runsUntil }) });
  } catch (error) {
    if (response.headersSent) response.destroy();
    else
      sendJson(
        response,
        500,
        JSON.stringify({ success: false, code: null, message: String(error), data: null }),
      );
  }
}

/** Lets the answer be made, and cuts the line before it, or in its middle. */
function cutAnswer(response: ServerResponse, mood: 'cut after' | 'cut within'): void {
  const end = response.end.bind(response);
  response.end = ((body?: string | Buffer) => {
    const bytes = Buffer.from(body ?? '');
    if (mood === 'cut within' && bytes.length > 1) {
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
      return response;
    }
    response.destroy();
    return end();
  }) as ServerResponse['end'];
}
