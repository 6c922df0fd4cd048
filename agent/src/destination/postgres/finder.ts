import type pg from 'pg';
import type {
  Finder,
  FinderRequest,
  Found,
  LastCheck,
  MatchBatch,
} from '../../connector/destination.js';
import { postgresFailure, quoteIdentifier as quote } from '../../connector/postgres-wire.js';
import { Failure } from '../../failure.js';
import { copyIn } from './copy-in.js';
import { Line, inTransaction } from './line.js';
import type { Database } from './line.js';
import { columnsFor, isUniqueKey, readTable } from './table.js';
import type { Table, TableColumn } from './table.js';

/** Opens a table, or a view, for finding rows by some of its columns. */
export async function openTableFinder(request: FinderRequest, database: Database): Promise<Finder> {
  const client = await database.connect();
  try {
    const table = await readTable(client, request.object);
    if (request.creates) checkCreates(request, table);
    await client.query(stageSql(request, table));
    return new TableFinder(new Line(database, client), { request, table });
  } catch (error) {
    await client.end().catch(() => undefined);
    throw postgresFailure(error, 'destination', 'unreachable');
  }
}

class TableFinder implements Finder {
  /** As Postgres prints it; it goes back to Postgres. */
  readonly type = 'other';
  readonly maxRows = 20_000;
  readonly maxBytes = 2 << 20;
  readonly concurrency = 1;
  readonly isRepeatable = true;

  constructor(
    private readonly line: Line,
    private readonly of: { request: FinderRequest; table: Table },
  ) {}

  find(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    return this.staged(batch, signal, { work: (client) => this.found(client) });
  }

  create(batch: MatchBatch, signal: AbortSignal): Promise<Found[]> {
    const work = async (client: pg.Client): Promise<Found[]> => {
      await client.query(this.insertSql());
      // A new statement sees what others committed while ours was in conflict with it.
      return this.found(client);
    };
    return this.staged(batch, signal, { work, lastCheck: this.of.request.lastCheck });
  }

  close(): Promise<void> {
    return this.line.close();
  }

  /** Compared as what the columns are: the server reads the texts into columns of the same types. */
  private staged(
    batch: MatchBatch,
    signal: AbortSignal,
    { work, lastCheck }: { work: (client: pg.Client) => Promise<Found[]>; lastCheck?: LastCheck },
  ): Promise<Found[]> {
    const { request, table } = this.of;
    return this.line.use(
      (client) =>
        inTransaction(
          client,
          async () => {
            await client.query(stageSql(request, table));
            await copyIn(
              client,
              `copy ${stage} (${namesOf(request).join(', ')}) from stdin`,
              batch,
            );
            return work(client);
          },
          lastCheck,
        ),
      signal,
    );
  }

  private async found(client: pg.Client): Promise<Found[]> {
    const { rows } = await client.query<{ n: string; value: string | null }>(this.findSql());
    return rows.map(({ n, value }) => {
      if (n === '0') return { kind: 'missing' };
      return n === '1' ? { kind: 'found', text: value } : { kind: 'many' };
    });
  }

  private findSql(): string {
    const { request, table } = this.of;
    const names = namesOf(request);
    const same = names.map((name) => `t.${name} = s.${name}`).join(' and ');
    return `select count(t.${names[0] ?? ''}) as n, min(t.${quote(request.returns)}::text) as value
      from ${stage} as s left join ${table.name} as t on ${same}
      group by s.drawbridge_ord order by s.drawbridge_ord`;
  }

  private insertSql(): string {
    const { request, table } = this.of;
    const names = namesOf(request).join(', ');
    // In one order, whoever inserts: two that wait for each other would end in a deadlock.
    return `insert into ${table.name} (${names})
      select ${names} from ${stage} order by ${names} on conflict (${names}) do nothing`;
  }
}

const stage = 'pg_temp.drawbridge_match';

const namesOf = ({ match }: FinderRequest): string[] => match.map(({ name }) => quote(name));

/** Made anew for each batch where it is not there: a connection may be another one than before. */
function stageSql({ match, returns }: FinderRequest, table: Table): string {
  columnNamed(table, returns);
  const columns = match.map(({ name }) => `${quote(name)} ${columnNamed(table, name).type}`);
  return `create temp table if not exists drawbridge_match (
    drawbridge_ord bigint generated always as identity, ${columns.join(', ')}) on commit delete rows`;
}

/** Of these two, one may well be made by the database itself. */
function columnNamed({ columns }: Table, name: string): TableColumn {
  const column = columns.find((each) => each.name === name);
  if (column) return column;
  throw new Failure(
    'CONFIG',
    'destination.field_missing',
    'A lookup names a column that its table does not have.',
    { detail: name },
  );
}

/** Without a unique index, two that look at once would each make the record. */
function checkCreates({ match }: FinderRequest, table: Table): void {
  const names = match.map(({ name }) => name);
  columnsFor(table, names);
  if (isUniqueKey(table, names)) return;
  throw new Failure(
    'CONFIG',
    'destination.match_not_unique',
    'The table has no unique index over exactly the columns that the lookup matches. Create one, or choose another onMiss.',
    {
      detail: `create unique index concurrently on ${table.name} (${names.map(quote).join(', ')});`,
    },
  );
}
