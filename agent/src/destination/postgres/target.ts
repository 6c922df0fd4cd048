import pg from 'pg';
import type {
  Batch,
  LastCheck,
  OperationKind,
  Outcome,
  Target,
  TargetRequest,
} from '../../connector/destination.js';
import { postgresFailure } from '../../connector/postgres-wire.js';
import { readSettings } from '../../connector/settings.js';
import { Failure } from '../../failure.js';
import { copyIn } from './copy-in.js';
import { inTransaction, isLineLost } from './line.js';
import type { Database } from './line.js';
import { Replacement } from './replacement.js';
import { makeStatements } from './statements.js';
import type { StatementParts, Statements } from './statements.js';
import { tableOptions } from './table-options.js';
import { columnsFor, isUniqueKey, readTable } from './table.js';
import type { Table, TableColumn } from './table.js';

/** Two connections: while one merges, the other copies. */
const connections = 2;

/** Opens a table for writing: looks at it once, and prepares a staging table on each connection. */
export async function openTarget(request: TargetRequest, database: Database): Promise<Target> {
  const first = await database.connect();
  try {
    const table = await readTable(first, request.object);
    checkKey(request, table);
    const parts = partsOf(request, table);
    if (request.mode === 'replace')
      return await Replacement.open(database, first, { parts, lastCheck: request.lastCheck });
    return new TableTarget(database, first, { request, parts });
  } catch (error) {
    await first.end().catch(() => undefined);
    throw postgresFailure(error, 'destination', 'unreachable');
  }
}

/** The columns that are written; CONFIG for one that is missing. */
function partsOf(request: TargetRequest, table: Table): StatementParts {
  const { key, fields, set } = request;
  const { archive } = readSettings(tableOptions, request.options);
  const columnsOf = (list: readonly { name: string }[]): TableColumn[] =>
    columnsFor(
      table,
      list.map(({ name }) => name),
    );
  columnsOf(set);
  columnsOf(archive ? [{ name: archive.field }] : []);
  const omitted = fields.filter(({ nulls }) => nulls === 'omit');
  const omit = new Set(omitted.map(({ name }) => name));
  return { table, key: columnsOf(key), fields: columnsOf(fields), omit, set, archive };
}

class TableTarget implements Target {
  readonly maxRows = 20_000;
  readonly maxBytes = 2 << 20;
  readonly concurrency = connections;
  private readonly idle: pg.Client[];
  private readonly statements: Statements;
  private readonly columns: readonly string[];
  private readonly lastCheck: LastCheck;
  private readonly staged = new WeakSet<pg.Client>();
  /** Into an empty table rows are copied straight, until a key turns out to be there already. */
  private direct: boolean;

  constructor(
    private readonly database: Database,
    first: pg.Client,
    { request, parts }: { request: TargetRequest; parts: StatementParts },
  ) {
    this.idle = [first];
    this.lastCheck = request.lastCheck;
    this.statements = makeStatements(parts);
    this.columns = [...parts.key, ...parts.fields].map(({ name }) => name);
    const isNew = parts.table.isEmpty || request.mode === 'append';
    this.direct = parts.omit.size === 0 && isNew;
  }

  isRepeatable(kind: OperationKind): boolean {
    return kind !== 'append';
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Outcome[]> {
    const client = this.idle.pop() ?? (await this.database.connect());
    const stop = (): void => void this.database.cancel(client).catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    let isLost = false;
    try {
      return await this.write(client, batch);
    } catch (error) {
      const failure = postgresFailure(error, 'destination', 'no_answer');
      isLost = isLineLost(failure);
      // Cancelled, the statement was rolled back; only a broken line leaves it open what became of it.
      if (failure.code !== 'destination.no_answer') signal.throwIfAborted();
      throw failure;
    } finally {
      signal.removeEventListener('abort', stop);
      if (isLost || signal.aborted) void client.end().catch(() => undefined);
      else this.idle.push(client);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.idle.map((client) => client.end().catch(() => undefined)));
  }

  private async write(client: pg.Client, batch: Batch): Promise<Outcome[]> {
    if (
      this.direct &&
      ['upsert', 'create', 'append'].includes(batch.kind) &&
      (await this.copyDirect(client, batch))
    )
      return accepted(batch.size);
    return this.merge(client, batch);
  }

  /** False when a key was there: then the table was not empty after all, and rows are merged from now on. */
  private async copyDirect(client: pg.Client, batch: Batch): Promise<boolean> {
    try {
      const { lines } = batch;
      await copyIn(client, this.statements.copyToTable, { lines, lastCheck: this.lastCheck });
      return true;
    } catch (error) {
      if (batch.kind === 'append' || !(error instanceof pg.DatabaseError) || error.code !== '23505')
        throw this.failed(error, this.statements.copyToTable);
      this.direct = false;
      return false;
    }
  }

  private async merge(client: pg.Client, batch: Batch): Promise<Outcome[]> {
    if (!this.staged.has(client)) {
      await client.query(this.statements.createStage);
      this.staged.add(client);
    }
    const { sql, tells } = this.statements.merge(batch.kind);
    const write = async (): Promise<Outcome[]> => {
      await copyIn(client, this.statements.copyToStage, batch);
      const from = tells === 'taken' ? await firstOrd(client) : 0;
      const { rows } = await client.query<{ ord: string }>(sql);
      return tells === 'taken'
        ? outcomesOf(batch.size, new Set(rows.map(({ ord }) => Number(ord) - from)))
        : accepted(batch.size);
    };
    return inTransaction(client, write, this.lastCheck).catch((error: unknown) => {
      throw this.failed(error, this.statements.copyToStage, sql);
    });
  }

  private failed(error: unknown, ...statements: string[]): Failure {
    const failure = postgresFailure(error, 'destination', 'no_answer');
    return failure.during({ request: { statements, columns: this.columns } });
  }
}

async function firstOrd(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ first: string }>(
    'select min(drawbridge_ord) as first from pg_temp.drawbridge_stage',
  );
  return Number(rows[0]?.first ?? 0);
}

function accepted(count: number): Outcome[] {
  return Array.from({ length: count }, () => ({ kind: 'accepted' }));
}

function outcomesOf(count: number, taken: ReadonlySet<number>): Outcome[] {
  return Array.from({ length: count }, (_, n) => ({ kind: taken.has(n) ? 'accepted' : 'skipped' }));
}

function checkKey(request: TargetRequest, table: Table): void {
  const { mode, key, fields, removal, set, options } = request;
  const names = key.map(({ name }) => name);
  if (mode !== 'append' && mode !== 'replace' && names.length === 0)
    throw new Failure('CONFIG', 'destination.key_missing', 'The mode of this sync needs a key.');
  if (removal !== 'nothing' && names.length === 0)
    throw new Failure('CONFIG', 'destination.key_missing', 'onRemoved of this sync needs a key.');
  if (removal === 'clear' && fields.length === 0)
    throw new Failure(
      'CONFIG',
      'destination.clear_missing',
      'onRemoved: clear needs fields that can be cleared.',
    );
  if (removal === 'archive' && !readSettings(tableOptions, options).archive)
    throw new Failure(
      'CONFIG',
      'destination.archive_missing',
      'A table has no archive of its own. Name the column that says that a row is archived in options.archive.field.',
    );
  if (removal === 'set' && set.length === 0)
    throw new Failure('CONFIG', 'destination.set_missing', 'onRemoved.set names no field.');
  const finds = ['upsert', 'mirror', 'create', 'replace'].includes(mode) && names.length > 0;
  if (finds && !isUniqueKey(table, names))
    throw new Failure(
      'CONFIG',
      'destination.key_not_unique',
      'The table has no unique index over exactly the key of the sync. Create one.',
      {
        detail: `create unique index concurrently on ${table.name} (${names.join(', ')});`,
      },
    );
}
