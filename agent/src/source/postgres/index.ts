import type pg from 'pg';
import {
  cancelStatement,
  connectPostgres,
  postgresFailure,
  postgresSecrets,
  postgresSettings,
  quoteIdentifier,
  quoteTable,
  textForm,
} from '../../connector/postgres-wire.js';
import type { PostgresAddress } from '../../connector/postgres-wire.js';
import { defineSource } from '../../connector/source.js';
import type { RowStream, SourceConnection, SourceQuery } from '../../connector/source.js';
import type { Column } from '../../connector/value.js';
import { Failure } from '../../failure.js';
import { advice } from './advice.js';
import { copyOut } from './copy-out.js';
import { describe } from './describe.js';
import { firstCopies } from './first-copy.js';
import { alone, judgeParsed, judgeRun } from './judge.js';
import { LendingSocket } from './lending-socket.js';
import { listBy } from './listing.js';

export default defineSource({
  name: 'postgres',
  label: 'PostgreSQL',
  client: 'pg',
  settings: {
    ...postgresSettings,
    statementTimeout: {
      type: 'number',
      label: 'Statement timeout (seconds)',
      help: 'The database ends a query that runs longer; 0 is no limit.',
      default: 3600,
      minimum: 0,
    },
  },
  secrets: postgresSecrets,
  advice,
  judgesSql: true,
  pastProxy: true,
  hosts: ({ host, port }) => [{ host, port }],
  open: ({ settings, secrets }) => {
    const { statementTimeout } = settings;
    return openConnection({ ...settings, password: secrets.password }, statementTimeout);
  },
});

function openConnection(address: PostgresAddress, statementTimeout: number): SourceConnection {
  const clients = new Set<pg.Client>();
  const connect = async (name: string): Promise<pg.Client> => {
    const client = await connectPostgres(address, {
      side: 'source',
      name,
      settings: sessionSettings(statementTimeout),
      socket: () => new LendingSocket(),
    });
    clients.add(client);
    return client;
  };
  const disconnect = async (client: pg.Client): Promise<void> => {
    clients.delete(client);
    await client.end().catch(() => undefined);
  };
  return {
    check: async () => {
      const client = await connect('drawbridge check');
      await client
        .query('select 1')
        .catch(fail)
        .finally(() => disconnect(client));
    },
    query: async (query, signal) => {
      const { workspaceId, syncId, runId } = query.tag;
      const client = await connect(`drawbridge ${runId}`);
      const comment = `/* drawbridge workspace=${workspaceId} sync=${syncId} run=${runId} */`;
      const from = `${comment} ${fromOf(query)}`;
      const cancel = (): Promise<void> => cancelStatement(address, client, 'source');
      const done = (): Promise<void> => disconnect(client);
      return read(client, { from, query, signal, cancel, done });
    },
    list: listBy(() => connect('drawbridge discover')),
    close: async () => {
      for (const client of clients) await disconnect(client);
    },
  };
}

const sessionSettings = (statementTimeout: number): string[] => [
  'default_transaction_read_only = on',
  `statement_timeout = '${statementTimeout}s'`,
  // A scan begins at the start of the table, not where another one happens to be: the baseline is in that order.
  'synchronize_seqscans = off',
];

interface Reading {
  from: string;
  query: SourceQuery;
  signal: AbortSignal;
  cancel: () => Promise<void>;
  /** The connection has done its work, well or not. */
  done: () => Promise<void>;
}

async function read(client: pg.Client, reading: Reading): Promise<RowStream> {
  const { signal, cancel, done } = reading;
  // What the columns are is asked of the database too, and waits for a lock like any query.
  const stop = (): void => void cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const { columns, form } = await begin(client, reading);
    return { columns, form, chunks: chunksOf(client, reading), close: done };
  } catch (error) {
    await done();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function begin(
  client: pg.Client,
  { from, query }: Reading,
): Promise<Pick<RowStream, 'columns' | 'form'>> {
  await client.query('begin transaction isolation level repeatable read, read only').catch(fail);
  const { rows } = await client
    .query<{ server_version: string }>('show server_version')
    .catch(fail);
  const { bounds } = query;
  if (bounds) await client.query(alone).catch(fail);
  const judge = bounds && ((fields: readonly pg.FieldDef[]) => judgeParsed(client, bounds, fields));
  const all = await describe(client, from, judge).catch(fail);
  for (const { column } of query.first?.orderBy ?? []) columnOf(all, column);
  const columns = query.columns.map((name) => columnOf(all, name));
  return { columns, form: textForm(rows[0]?.server_version ?? '') };
}

async function* chunksOf(client: pg.Client, reading: Reading): AsyncGenerator<Uint8Array> {
  const { from, query, signal, cancel, done } = reading;
  const list = query.columns.map(quoteIdentifier).join(', ');
  const stop = (): void => void cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const rows = query.first ? firstCopies(from, query.columns, query.first) : from;
    yield* copyOut(client, `copy (select ${list} ${rows}) to stdout`);
    if (query.bounds) await judgeRun(client, query.bounds);
  } catch (error) {
    signal.throwIfAborted();
    fail(error);
  } finally {
    signal.removeEventListener('abort', stop);
    await done();
  }
}

/** A line break ends a comment that the model's SQL may end with. */
function fromOf({ model }: SourceQuery): string {
  return 'sql' in model
    ? `from (${model.sql.replace(/;\s*$/, '')}\n) as model`
    : `from ${quoteTable(model.table)} as model`;
}

function columnOf(columns: readonly Column[], name: string): Column {
  const column = columns.find((each) => each.name === name);
  if (column) return column;
  throw new Failure(
    'CONFIG',
    'source.column_missing',
    'The model does not return a column that the sync reads.',
    {
      detail: `missing: ${name}\nthere: ${columns.map((each) => each.name).join(', ')}`,
    },
  );
}

function fail(error: unknown): never {
  throw postgresFailure(error, 'source', 'cut');
}
