import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import pg from 'pg';
import { Failure } from '../failure.js';
import type { FailureKind } from '../failure.js';
import { isLeftOpen, meaningOf } from './sqlstate.js';

/** What every connector that speaks Postgres' protocol shares: settings, connecting, and the reading of errors. */

export const postgresSettings = {
  host: { type: 'text', label: 'Host', required: true },
  port: { type: 'number', label: 'Port', default: 5432, minimum: 1, maximum: 65535 },
  database: { type: 'text', label: 'Database', required: true },
  user: { type: 'text', label: 'User', required: true },
  ssl: {
    type: 'choice',
    label: 'TLS',
    help: 'verify-full checks the certificate and the host name; require only encrypts.',
    choices: ['verify-full', 'require', 'disable'],
    default: 'verify-full',
  },
  caFile: {
    type: 'text',
    label: 'CA file',
    help: 'A PEM file in the agent, for a private certificate authority.',
  },
} as const;

export const postgresSecrets = { password: { type: 'text', label: 'Password' } } as const;

export interface PostgresAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  ssl: 'verify-full' | 'require' | 'disable';
  caFile: string | undefined;
  password: string | undefined;
}

/** Whose errors they are: `source` or `destination`, the first half of every code. */
export type Side = 'source' | 'destination';

const connectTimeoutMs = 15_000;

/** Connects and pins everything that shapes how values are written as text. */
export async function connectPostgres(
  address: PostgresAddress,
  options: {
    side: Side;
    name: string;
    settings: readonly string[];
    /** What to connect by, instead of a plain socket. */
    socket?: () => Socket;
  },
): Promise<pg.Client> {
  const { ssl, caFile, ...where } = address;
  const client = new pg.Client({
    ...where,
    ssl:
      ssl === 'disable'
        ? false
        : {
            rejectUnauthorized: ssl === 'verify-full',
            ...(caFile ? { ca: readCa(caFile, options.side) } : {}),
          },
    application_name: options.name.slice(0, 63),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(options.socket && { stream: options.socket }),
  });
  // A connection that dies while nobody waits on it must not end the process; the next use of it fails.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      [...textSettings, ...options.settings].map((setting) => `set ${setting}`).join('; '),
    );
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectFailure(error, options.side);
  }
}

function readCa(file: string, side: Side): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(
      'CONFIG',
      `${side}.tls_failed`,
      'caFile can not be read. Check that the file is there in the agent.',
      { detail: textOf(error), cause: error },
    );
  }
}

const textSettings = [
  `timezone = 'UTC'`,
  `datestyle = 'ISO, YMD'`,
  `intervalstyle = 'postgres'`,
  `extra_float_digits = 1`,
  `bytea_output = 'hex'`,
  `client_encoding = 'UTF8'`,
  `xmloption = 'content'`,
  `standard_conforming_strings = on`,
  `lc_monetary = 'C'`,
  `xmlbinary = 'base64'`,
];

/** Names how a session that `connectPostgres` opened writes values as text. Minor releases change nothing of it. */
export function textForm(serverVersion: string): string {
  const settings = createHash('sha256').update(textSettings.join()).digest('hex').slice(0, 8);
  return `postgres ${Number.parseInt(serverVersion, 10)}, settings ${settings}`;
}

/** Stops what a connection is doing; said on a connection of its own, as the other one is busy. */
export async function cancelStatement(
  address: PostgresAddress,
  client: pg.Client,
  side: Side,
): Promise<void> {
  const { processID } = client as unknown as { processID: number };
  const messenger = await connectPostgres(address, {
    side,
    name: 'drawbridge cancel',
    settings: [],
  });
  await messenger.query('select pg_cancel_backend($1)', [processID]).finally(() => messenger.end());
}

const messages: Record<string, string> = {
  unreachable: 'The database does not answer. Check host, port and network.',
  busy: 'The database is busy.',
  auth_failed: 'The database refuses the user or its password.',
  forbidden:
    'The user may not do this in the database. Grant what the README of the connector lists.',
  invalid: 'The database does not accept the statement. Check names and types.',
  rejected: 'The database refuses the data.',
  cancelled: 'The database stopped the statement.',
};

/** Translates whatever the driver threw; a connection that was cut in the middle is `<side>.<cut>`. */
export function postgresFailure(
  error: unknown,
  side: Side,
  cut: 'cut' | 'no_answer' | 'unreachable',
): Failure {
  if (error instanceof Failure) return error;
  const state = sqlStateOf(error);
  if (state === undefined || isLeftOpen(state))
    return new Failure('TRANSIENT', `${side}.${cut}`, 'The connection to the database broke.', {
      vendorCode: state ?? '',
      detail: textOf(error),
    });
  const { kind, what } = meaningOf(state);
  return failure({ kind, side, what, state }, error);
}

function connectFailure(error: unknown, side: Side): Failure {
  if (error instanceof Failure) return error;
  const state = sqlStateOf(error);
  if (state !== undefined) {
    const { kind, what } = meaningOf(state);
    return failure({ kind, side, what, state }, error);
  }
  const code = (error as { code?: string }).code ?? '';
  if (/CERT|SSL|TLS|ALTNAME|SELF_SIGNED/.test(code) || /SSL/.test(textOf(error)))
    return new Failure(
      'CONFIG',
      `${side}.tls_failed`,
      'TLS with the database failed. Check ssl and caFile.',
      { detail: textOf(error) },
    );
  return new Failure('TRANSIENT', `${side}.unreachable`, messages['unreachable'] ?? '', {
    detail: textOf(error),
  });
}

function failure(
  { kind, side, what, state }: { kind: FailureKind; side: Side; what: string; state: string },
  error: unknown,
): Failure {
  return new Failure(kind, `${side}.${what}`, messages[what] ?? '', {
    vendorCode: state,
    detail: textOf(error),
  });
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && /^[0-9A-Z]{5}$/.test(error.code ?? '')
    ? error.code
    : undefined;
}

function textOf(error: unknown): string {
  if (error instanceof pg.DatabaseError)
    return [error.message, error.detail, error.where].filter(Boolean).join('\n');
  return error instanceof Error ? error.message : String(error);
}

/** `schema.table`, with quotes where the configuration has them, as a quoted SQL name. */
export function quoteTable(name: string): string {
  const parts = name.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [];
  return parts.map((part) => (part.startsWith('"') ? part : pg.escapeIdentifier(part))).join('.');
}

export const quoteIdentifier = (name: string): string => pg.escapeIdentifier(name);
